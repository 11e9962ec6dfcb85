"""Ask for evidence of a record, make it, hand it out, delete it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import proving, tree
from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.audit.tree import Signed
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.base.types import Actor
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.preservation import permissions, standing
from apps.preservation.models import Package, Record
from apps.preservation.packages import gathering, packing
from apps.preservation.packages.gathering import Gathered
from apps.preservation.packages.packing import Contents
from apps.preservation.services import records
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact

FLOW = "evidence"
FORMAT = "arrowslit-evidence/1"
SYSTEM = Actor("system:evidence")
TELL = 8 * 2**20  # bytes between two words about progress
MAY_TAKE_ORIGINAL = "preservation.download_original"


class Why(StrEnum):
    """Why evidence leaves: codes for the trail, sentences for the person."""

    COURT = "court"
    COUNTERPARTY = "counterparty"
    AUDIT = "audit"
    AUTHORITY = "authority"
    ARCHIVE = "archive"


REASONS: dict[Why, str] = {
    Why.COURT: "A court, or counsel before one, asks for it",
    Why.COUNTERPARTY: "The other party of the document doubts it",
    Why.AUDIT: "An audit, our own or another's",
    Why.AUTHORITY: "A supervisory authority asks for it",
    Why.ARCHIVE: "It is archived outside the portal",
}


def check_can_export(user: User, *, original: bool) -> None:
    if not user.has_perm("preservation.export_evidence"):
        raise NotAllowed(
            "You may not take evidence out. Compliance officers and records managers may."
        )
    if original and not user.has_perm(MAY_TAKE_ORIGINAL):
        raise NotAllowed("You may not take the original itself. Ask for a package without it.")


@transaction.atomic
def ask(record: Record, *, reason: Why, original: bool, user: User) -> Package:
    """Promise a package; the promise commits with the event that says who asked, and why.

    Raises:
        NotAllowed: see `check_can_export`.
        NotFound: the record is not there for this person.
        NotPossible: the original is in quarantine, or was erased.
    """
    check_can_export(user, original=original)
    if record.organisation_id != user.organisation_id:
        raise NotFound
    permissions.check_can_see_evidence(user, record)
    if original:
        _check_there(record)
    package = Package.objects.create(
        organisation_id=record.organisation_id,
        record=record,
        asked_by=user,
        reason=reason,
        original=original,
    )
    _record(Tag.EVIDENCE_ASKED, package, user.actor, reason=reason.value, original=original)
    jobs.enqueue(
        FLOW, subject_id=package.pk, organisation=package.organisation_id, actor=user.actor
    )
    return package


def make(package: Package, *, job: Job) -> None:
    """Write the bag into the vault. A second call finds it there and does nothing.

    What it says is committed to by an event first, and is packed once that is under a checkpoint.

    Raises:
        NotPossible: nothing was signed yet, or the original cannot be handed out.
        Fenced: the job was taken over or stopped.
    """
    if package.artifact_id is not None:
        return
    newest = gathering.newest_event(package.record)
    before = gathering.checkpoint(package.record, *([newest] if newest else []))
    gathered = gathering.gather(package.record, signed=before, actor=SYSTEM)
    with jobs.fenced(job):
        commitment = _record(
            Tag.EVIDENCE_COMMITTED, package, SYSTEM, original=package.original, **gathered.facts
        )
    signed = gathering.checkpoint(package.record, commitment.pk)
    _write(package, gathered, commitment, signed, job)


def fetched(package: Package, *, user: User) -> BinaryIO:
    """The bytes of a package. That they are taken is recorded, and sealed before they leave.

    Raises:
        NotAllowed: it holds the original, which this person may not take.
        NotFound: it is not there for this person.
        NotPossible: it is not made yet.
        Gone: it was erased.
    """
    check_can_fetch(user, package)
    check_can_export(user, original=package.original)
    if package.artifact is None:
        raise NotPossible("This package is still being made.")
    with transaction.atomic():
        event = _record(
            Tag.EVIDENCE_DOWNLOADED,
            package,
            user.actor,
            digest=package.artifact.digest,
            original=package.original,
        )
    audit.covered(event.pk)
    return vault.open(package.artifact, actor=user.actor, purpose="download")


@transaction.atomic
def delete(package: Package, *, user: User) -> None:
    """Erase a package before its clock runs out. Doing it twice is doing it once.

    Raises:
        NotFound: it is not there for this person.
        NotPossible: it is not made yet.
    """
    check_can_fetch(user, package)
    if package.artifact is None:
        raise NotPossible("This package is still being made.")
    if package.artifact.shredded_at is None:
        _record(Tag.EVIDENCE_DELETED, package, user.actor)
        vault.shred(package.artifact, actor=user.actor, reason="deleted")


def named(reference: str, *, user: User) -> Package:
    """Fetching is the permission check.

    Raises:
        NotFound: it is not there for this person.
    """
    found = Package.objects.visible_to(user)
    package = found.select_related("artifact", "asked_by", "record").filter(reference=reference)
    if (one := package.first()) is None:
        raise NotFound
    return one


def record_named(reference: str, *, user: User) -> Record:
    """Fetching is the permission check; whoever may take evidence out may of every record.

    Raises:
        NotFound: it is not there for this person.
    """
    if user.organisation_id is None or not user.has_perm("preservation.export_evidence"):
        raise NotFound
    own = Record.objects.filter(organisation_id=user.organisation_id, reference=reference)
    record = own.select_related("artifact", "sent_by").first()
    if record is None:
        raise NotFound
    return record


def packages_of(record: Record, *, user: User) -> list[Package]:
    """The packages of a record that a person may see, newest first."""
    own = Package.objects.visible_to(user).filter(record=record)
    return list(own.select_related("artifact", "asked_by").order_by("-id")[:20])


def check_can_fetch(user: User, package: Package) -> None:
    """Not there and not yours are the same answer."""
    if not Package.objects.visible_to(user).filter(pk=package.pk).exists():
        raise NotFound


def job_of(package: Package) -> Job:
    return Job.objects.get(flow=FLOW, subject_id=package.pk)


def _write(
    package: Package, gathered: Gathered, commitment: Event, signed: Signed, job: Job
) -> None:
    expected = package.record.size if package.original else 0
    Package.objects.filter(pk=package.pk).update(size=signed.size, expected=expected, written=0)
    sealing = vault.begin(
        ArtifactClass.EXPORT, organisation=package.organisation_id, document=package.pk
    )
    try:
        packing.pack(
            _contents(package, gathered, commitment, signed),
            sealing,
            now=timezone.now(),
            progress=_Teller(package).tell,
        )
        sealing.finish()
        with jobs.fenced(job):
            _keep(package, vault.keep(sealing, actor=SYSTEM), commitment)
    except BaseException:
        sealing.abort()
        raise


class _Teller:
    """Says how far a package is, now and then."""

    def __init__(self, package: Package) -> None:
        self._package, self._said = package, 0

    def tell(self, written: int) -> None:
        if written - self._said >= TELL:
            self._said = written
            Package.objects.filter(pk=self._package.pk).update(written=written)


def _contents(package: Package, gathered: Gathered, commitment: Event, signed: Signed) -> Contents:
    anchors = proving.anchored(package.organisation_id, signed)
    proofs = proving.proofs(package.organisation_id, signed, anchors, format=FORMAT)
    return Contents(
        reference=package.reference,
        record=package.record,
        gathered=gathered,
        commitment=commitment,
        signed=signed,
        keys=tree.verifiers(),
        proofs=proofs,
        anchors=anchors,
        original=_opened(package),
        cover={
            "asked_by": package.asked_by.name,
            "reason": REASONS[Why(package.reason)].lower(),
        },
    )


def _opened(package: Package) -> BinaryIO | None:
    if not package.original:
        return None
    _check_there(package.record)
    return records.opened(package.record, actor=package.asked_by.actor, purpose="evidence")


def _check_there(record: Record) -> None:
    if record.artifact.shredded_at is not None:
        raise NotPossible("The original was erased. A package without it still proves its hashes.")
    standing.check_readable(record)


def _keep(package: Package, artifact: Artifact, commitment: Event) -> None:
    event = _record(
        Tag.EVIDENCE_MADE,
        package,
        SYSTEM,
        digest=artifact.digest,
        due=artifact.due_at.isoformat(timespec="seconds"),
    )
    Package.objects.filter(pk=package.pk).update(
        artifact=artifact,
        event=event.pk,
        commitment=commitment.pk,
        written=package.record.size if package.original else 0,
    )


def _record(tag: Tag, package: Package, actor: Actor, **facts: Any) -> Event:
    return audit.record(
        tag,
        actor=actor,
        subject=package.record.reference,
        organisation=package.organisation_id,
        document=package.record.document_id,
        workspace=package.record.workspace_id,
        package=package.reference,
        **facts,
    )
