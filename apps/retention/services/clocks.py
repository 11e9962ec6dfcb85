"""Due dates: set whenever the state of a document changes, and anew when the policy does."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.delivery.models import Result
from apps.extraction import doctypes
from apps.extraction.models import Reading
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.retention.models import Disposal, Moment, PolicyException
from apps.retention.packs import SIGNED_ORIGINAL
from apps.retention.policy import Action, Policy, Rule, Start
from apps.retention.services import holds
from apps.retention.services.versions import SYSTEM, current_policy
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact

PAGE = 500  # documents whose clocks are set in one transaction

Moments = dict[Start, datetime]

__all__ = ["Situation", "current_policy", "rewind", "situations", "wind", "wind_failed"]


class Situation:
    """What of a document decides its clocks: what it is, what happened, what was promised."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.doctype = self.tier = ""
        self.moments: Moments = {Start.RECEIVED: document.created_at}
        self.exceptions: dict[str, datetime] = {}  # by class of artifact; empty: all of them
        self.withdrawn_at: datetime | None = None  # what is still there waits for a hold
        self.keep_days: int | None = None  # asked for when it was sent

    def rule(self, kind: str, policy: Policy) -> Rule:
        """What a policy says of a class of artifacts; a signed original is evidence, always.

        A policy of before there were records does not name it: it is then kept as long as what
        proves its signatures.
        """
        about = {"doctype": self.doctype, "tier": self.tier}
        if kind != ArtifactClass.ORIGINAL or not self.document.signed:
            return policy.rule(kind, **about)
        try:
            return policy.rule(SIGNED_ORIGINAL, **about)
        except KeyError:
            return policy.rule(ArtifactClass.SIGNATURE_EVIDENCE, **about)

    def due_at(self, kind: str, policy: Policy) -> datetime:
        rule = self.rule(kind, policy)
        if kind == ArtifactClass.ORIGINAL and self.document.signed:
            due = rule.due_at(self.moments)  # also where its job failed
        else:
            due = policy.due_at(kind, self.moments, doctype=self.doctype, tier=self.tier)
        if not rule.outlives:
            if self.keep_days is not None:
                due = min(due, self.moments[Start.RECEIVED] + timedelta(days=self.keep_days))
            if self.withdrawn_at:
                return min(due, self.withdrawn_at)
        until = [self.exceptions[key] for key in (kind, "") if key in self.exceptions]
        return max(due, *until) if until else due


@transaction.atomic
def wind(document: Document, *, policy: Policy | None = None) -> None:
    """Set the clock of everything a document left, as far as its way has come.

    Doing it twice is doing it once; a clock that does not change leaves no event.
    """
    holds.cover([document])
    _set([document], policy or current_policy(document.organisation_id))


def rewind(organisation: UUID, *, policy: Policy) -> int:
    """Set every clock of an organisation anew; how many documents were looked at."""
    looked = 0
    for documents in pages_of(organisation):
        with transaction.atomic():
            _set(documents, policy)
        looked += len(documents)
    return looked


@transaction.atomic
def wind_failed(organisation: UUID) -> int:
    """Set the clocks of documents whose job failed, which no step does any more."""
    policy = current_policy(organisation)
    failed = Job.objects.filter(
        organisation_id=organisation, flow=intake.FLOW, state=State.FAILED
    ).values("subject_id")
    late = policy.due_at("original", {Start.RECEIVED: timezone.now(), Start.FAILED: timezone.now()})
    left = Artifact.objects.alive().filter(document__in=failed, due_at__gt=late)
    signed = Document.objects.filter(organisation_id=organisation, signed=True)
    left = left.exclude(kind=ArtifactClass.ORIGINAL, document__in=signed.values("pk"))
    left = left.exclude(kind=ArtifactClass.SIGNATURE_EVIDENCE)
    found = left.order_by("document").values_list("document", flat=True).distinct()[:PAGE]
    documents = list(Document.objects.filter(pk__in=list(found)).order_by("pk"))
    _set(documents, policy)
    return len(documents)


def pages_of(organisation: UUID) -> Iterator[list[Document]]:
    """Documents of which something is left, page by page."""
    left = Document.objects.filter(organisation_id=organisation, erased_at=None).order_by("pk")
    last: UUID | None = None
    while page := list((left.filter(pk__gt=last) if last else left)[:PAGE]):
        yield page
        last = page[-1].pk


def situations(documents: Sequence[Document]) -> dict[UUID, Situation]:
    """What decides the clocks of some documents, in a handful of queries."""
    found = {document.pk: Situation(document) for document in documents}
    _see_class(found)
    for pk, at in Result.objects.filter(document__in=found).values_list("document", "created_at"):
        found[pk].moments[Start.DELIVERED] = at
    failed = Job.objects.filter(flow=intake.FLOW, subject_id__in=found, state=State.FAILED)
    for pk, at in failed.values_list("subject_id", "moved_at"):
        found[pk].moments[Start.FAILED] = at
    for told in Moment.objects.filter(document__in=found):
        found[told.document_id].moments[Start(told.start)] = told.at
    _see_wishes(found)
    return found


def _see_class(found: Mapping[UUID, Situation]) -> None:
    tiers = {one.name: one.tier for one in doctypes.load_all()}
    for reading in Reading.objects.filter(document__in=found):
        situation = found[reading.document_id]
        situation.doctype = reading.class_said
        situation.tier = tiers.get(reading.class_said, "")
        if not reading.waits:  # until then the file is still needed to be read
            situation.moments[Start.READ] = reading.typed_at or reading.created_at


def _see_wishes(found: Mapping[UUID, Situation]) -> None:
    """Exceptions lengthen, a withdrawn consent ends."""
    for one in PolicyException.objects.open(timezone.now()).filter(document__in=found):
        exceptions = found[one.document_id].exceptions
        exceptions[one.kind] = max(one.until, exceptions.get(one.kind, one.until))
    said = Document.objects.filter(pk__in=found).values_list(
        "pk", "submission__withdrawn_at", "submission__keep_days"
    )
    for pk, withdrawn_at, keep_days in said:
        found[pk].withdrawn_at, found[pk].keep_days = withdrawn_at, keep_days


def _set(documents: Sequence[Document], policy: Policy) -> None:
    found = situations(documents)
    changed: dict[UUID, dict[str, str]] = defaultdict(dict)
    moved = []
    left = list(Artifact.objects.alive().filter(document__in=found).order_by("created_at"))
    for artifact in left:
        due = found[artifact.document].due_at(artifact.kind, policy)
        if (artifact.due_at, artifact.policy) != (due, policy.name):
            artifact.due_at, artifact.policy = due, policy.name
            moved.append(artifact)
            word = artifact.kind.replace(" ", "_")
            changed[artifact.document][word] = due.isoformat(timespec="seconds")
    Artifact.objects.bulk_update(moved, ["due_at", "policy"], batch_size=PAGE)
    _look_first(found, left, policy)
    _record(changed, found, policy)


def _look_first(found: Mapping[UUID, Situation], left: Sequence[Artifact], policy: Policy) -> None:
    """Let people look at what the policy asks them to; a clock that moved is looked at anew."""
    wanted = {(row.document_id, row.kind): row for row in _looks(found, left, policy)}
    for row in Disposal.objects.filter(document__in=found):
        new = wanted.pop((row.document_id, row.kind), None)
        if new is None and row.approved_at is None:
            row.delete()
        elif new and (row.due_at, row.signatures) != (new.due_at, new.signatures):
            new.pk = row.pk
            new.save(force_update=True)
    Disposal.objects.bulk_create(wanted.values())


def _looks(
    found: Mapping[UUID, Situation], left: Sequence[Artifact], policy: Policy
) -> Iterator[Disposal]:
    for artifact in left:
        situation = found[artifact.document]
        rule = situation.rule(artifact.kind, policy)
        if rule.action is Action.REVIEW and (rule.outlives or not situation.withdrawn_at):
            yield Disposal(
                organisation_id=artifact.organisation_id,
                document=situation.document,
                kind=artifact.kind,
                due_at=artifact.due_at,
                policy=policy.name,
                signatures=rule.signatures,
            )


def _record(
    changed: Mapping[UUID, Mapping[str, Any]],
    found: Mapping[UUID, Situation],
    policy: Policy,
) -> None:
    for pk, clocks in changed.items():
        document = found[pk].document
        audit.record(
            Tag.CLOCK_SET,
            actor=SYSTEM,
            subject=document.reference,
            organisation=document.organisation_id,
            document=pk,
            workspace=document.workspace_id,
            policy=policy.name,
            **clocks,
        )
