"""Legal holds: place them, let them grow, lift them with a second person.

What a hold covers is a list of documents in the database, because a trigger reads it there
before any key is destroyed. A hold on a workspace or a person grows by another trigger with each
document that arrives; one with a question grows whenever a clock of a document is set.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from apps.accounts.models import Organisation, User, Workspace
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.intake.models import Document
from apps.retention import permissions
from apps.retention.models import Held, Hold, Scope
from apps.retention.services.versions import governed_by
from apps.vault.models import Artifact

EMPTY = "Nothing of your organisation is covered by this, so nothing was held."
ASKED = "Somebody has asked to lift this hold before."
LIFTED = "This hold was lifted before."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a hold is to cover, and why."""

    scope: Scope
    matter: str
    reason: str
    mandate: str
    references: Sequence[str] = ()
    workspace: UUID | None = None
    person: UUID | None = None
    query: dict[str, str] | None = None  # doctype, purpose, since, until; each may be empty


@dataclass(frozen=True, slots=True)
class Placed:
    """What a new hold found."""

    hold: Hold
    documents: int
    artifacts: int  # kept from now on
    unknown: Sequence[str]  # references that are no document of the organisation
    gone: int  # documents of which nothing is left to hold


@transaction.atomic
def place(wanted: Wanted, *, user: User) -> Placed:
    """Hold everything that is asked for, from this moment on.

    It waits for whoever is erasing some of it, and reports what they left.

    Raises:
        NotAllowed: see `permissions.check_can_govern`.
        NotPossible: named documents, none of which is there.
    """
    hold = _new_hold(wanted, user)
    found = list(_scope_of(hold, wanted.references).order_by("pk").values_list("pk", "reference"))
    if wanted.scope is Scope.DOCUMENT and not found:
        raise NotPossible(EMPTY)
    kept = _cover(hold, [pk for pk, _ in found])
    known = {reference for _, reference in found}
    _record(Tag.HOLD_PLACED, hold, user, scope=hold.scope, documents=len(found))
    return Placed(
        hold=hold,
        documents=len(found),
        artifacts=len(kept),
        unknown=[one for one in wanted.references if one not in known],
        gone=len(found) - len(set(kept)),
    )


@transaction.atomic
def ask_to_lift(hold: Hold, *, reason: str, user: User) -> None:
    """The first of two steps. Raises NotAllowed; NotPossible if it was asked or done before."""
    permissions.check_can_govern(user)
    open_hold = Hold.objects.open().filter(pk=hold.pk, lift_asked_at=None)
    asked = open_hold.update(lift_reason=reason, lift_asked_by=user, lift_asked_at=timezone.now())
    if not asked:
        raise NotPossible(ASKED)
    _record(Tag.HOLD_LIFT_ASKED, hold, user)


@transaction.atomic
def keep_on(hold: Hold, *, user: User) -> None:
    """Say no to lifting, or take the wish back. Raises NotAllowed; NotPossible."""
    permissions.check_can_govern(user)
    asked = Hold.objects.open().filter(pk=hold.pk).exclude(lift_asked_at=None)
    if not asked.update(lift_reason="", lift_asked_by=None, lift_asked_at=None):
        raise NotPossible("Nobody has asked to lift this hold.")
    _record(Tag.HOLD_KEPT, hold, user)


@transaction.atomic
def lift(hold: Hold, *, user: User) -> None:
    """The second step, by somebody else. What ran out meanwhile is erased by the next sweep.

    Raises:
        NotAllowed: see `permissions.check_can_lift`.
        NotPossible: nobody asked, or it was lifted before.
    """
    hold.refresh_from_db()
    permissions.check_can_lift(user, hold)
    asked = Hold.objects.open().filter(pk=hold.pk).exclude(lift_asked_at=None)
    if not asked.update(lifted_by=user, lifted_at=timezone.now()):
        raise NotPossible(LIFTED)
    _record(Tag.HOLD_LIFTED, hold, user)


def cover(documents: Iterable[Document]) -> int:
    """Take documents under every open hold whose question they answer; how many times.

    Also closes the gap of a document that arrived while a hold was being placed.
    """
    pks = [document.pk for document in documents]
    growing = Hold.objects.open().exclude(scope=Scope.DOCUMENT)
    return sum(len(_uncovered(hold, pks)) for hold in growing)


def covering(document: Document) -> list[Hold]:
    """The open holds on a document, oldest first."""
    held = Held.objects.filter(document=document.pk).values("hold")
    return list(Hold.objects.open().filter(pk__in=held).order_by("number"))


def held(document: str = "document") -> Exists:
    """Whether an open hold covers the document that a row names."""
    return Exists(Held.objects.filter(document=OuterRef(document), hold__lifted_at=None))


def _uncovered(hold: Hold, pks: Sequence[UUID]) -> list[UUID]:
    found = _scope_of(hold).filter(pk__in=pks).exclude(pk__in=_covered_by(hold))
    new = list(found.values_list("pk", flat=True))
    if new:
        _cover(hold, new)
    return new


def _covered_by(hold: Hold) -> QuerySet[Held, UUID]:
    return Held.objects.filter(hold=hold).values_list("document", flat=True)


def _scope_of(hold: Hold, references: Sequence[str] = ()) -> QuerySet[Document]:
    documents = Document.objects.filter(organisation_id=hold.organisation_id)
    match Scope(hold.scope):
        case Scope.DOCUMENT:
            return documents.filter(reference__in=references)
        case Scope.WORKSPACE:
            return documents.filter(workspace=hold.workspace)
        case Scope.PERSON:
            return documents.filter(sender=hold.person)
        case Scope.QUERY:
            return documents.filter(_question(hold.query))


def _question(query: dict[str, Any]) -> Q:
    asked = Q()
    if doctype := query.get("doctype"):
        said_or_read = Q(reading__doctype=doctype) | Q(submission__doctype=doctype)
        asked &= said_or_read
    if purpose := query.get("purpose"):
        asked &= Q(submission__purpose=purpose)
    if since := query.get("since"):
        asked &= Q(created_at__gte=_midnight(since))
    if until := query.get("until"):
        asked &= Q(created_at__lt=_midnight(until))
    return asked


def _midnight(day: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(day), time(), UTC)


def _cover(hold: Hold, documents: Sequence[UUID]) -> list[UUID]:
    """Hold documents; of each artifact that is kept by it, the document.

    Whoever is erasing one of them ends first, and whoever comes later meets the trigger.
    """
    left = Artifact.objects.alive().filter(document__in=documents)
    kept = list(left.select_for_update().order_by("pk").values_list("document", flat=True))
    Held.objects.bulk_create(
        [Held(hold=hold, document=pk, organisation_id=hold.organisation_id) for pk in documents],
        batch_size=1000,
        ignore_conflicts=True,
    )
    return kept


def _new_hold(wanted: Wanted, user: User) -> Hold:
    """One number after the other, because holds of one organisation are placed one by one."""
    organisation = governed_by(user)
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation)
    last = Hold.objects.aggregate(last=Max(F("number")))["last"] or 0
    return Hold.objects.create(
        organisation_id=organisation,
        number=last + 1,
        matter=wanted.matter,
        reason=wanted.reason,
        mandate=wanted.mandate,
        scope=wanted.scope,
        workspace=wanted.workspace,
        person=wanted.person,
        query=wanted.query or {},
        placed_by=user,
    )


def _record(tag: Tag, hold: Hold, user: User, **facts: Any) -> None:
    audit.record(
        tag,
        actor=user.actor,
        subject=hold.pk,
        organisation=hold.organisation_id,
        hold=hold.reference,
        **facts,
    )


def references_of(hold: Hold) -> QuerySet[Document, str]:
    """The documents that a hold covers, newest first, by what people call them."""
    documents = Document.objects.filter(pk__in=_covered_by(hold))
    return documents.order_by("-pk").values_list("reference", flat=True)


def scope_in_words(hold: Hold) -> str:
    """What a hold covers, for a person; workspace and person may be gone."""
    match Scope(hold.scope):
        case Scope.DOCUMENT:
            return "Documents that were named"
        case Scope.WORKSPACE:
            rooms = Workspace.objects.filter(organisation=hold.organisation_id)
            room = {str(one.pk): one.name for one in rooms}.get(str(hold.workspace))
            return f"Everything sent into {room or 'a workspace that is gone'}"
        case Scope.PERSON:
            people = User.objects.filter(organisation=hold.organisation_id)
            person = {str(one.pk): one.name for one in people}.get(str(hold.person))
            return f"Everything sent by {person or 'somebody who is gone'}"
        case Scope.QUERY:
            asked = ", ".join(f"{key} {value}" for key, value in sorted(hold.query.items()))
            return f"Everything with {asked}"
