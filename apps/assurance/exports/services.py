"""Ask for an export, make it, hand it out, delete it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Organisation, User
from apps.assurance import asks, people, permissions
from apps.assurance.exports import lines, package, parts
from apps.assurance.exports.package import Contents
from apps.assurance.exports.parts import Part
from apps.assurance.models import Export, Mode
from apps.audit import proving, tree
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.audit.tree import Signed
from apps.base.errors import NotFound, NotPossible
from apps.base.types import Actor
from apps.jobs import services as jobs
from apps.jobs.models import Job
from apps.retention import services as retention
from apps.retention.policy import Start
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact

FLOW = "export"
FORMAT = "arrowslit-audit-export/1"
SYSTEM = Actor("system:export")
RANGE_ASKS = ("since", "until", "hour")  # what a range may ask for


class Why(StrEnum):
    """Why the trail is taken out: codes for the trail, sentences for the person."""

    SUPERVISION = "supervision"
    AUDIT = "audit"
    INCIDENT = "incident"
    REQUEST = "request"
    ARCHIVE = "archive"


REASONS: dict[Why, str] = {
    Why.SUPERVISION: "A supervisory authority asks for it",
    Why.AUDIT: "An audit, our own or another's",
    Why.INCIDENT: "An incident is being looked into",
    Why.REQUEST: "A person asks what was done with their data",
    Why.ARCHIVE: "It is archived outside the portal",
}


@transaction.atomic
def ask(
    asked: dict[str, str], *, mode: Mode, reason: Why, names: bool, words: bool, user: User
) -> Export:
    """Promise an export; the promise commits with the event that says who asked, and why.

    Raises:
        NotAllowed: see `permissions.check_can_export`.
    """
    permissions.check_can_export(user)
    assert user.organisation_id is not None  # nobody else has the permission
    kept = {name: said for name, said in asked.items() if _fits(name, mode)}
    export = Export.objects.create(
        organisation_id=user.organisation_id,
        asked_by=user,
        mode=mode,
        asks=kept,
        reason=reason,
        names=names,
        words=words,
    )
    _record(
        Tag.EXPORT_ASKED,
        export,
        user.actor,
        mode=mode.value,
        reason=reason.value,
        filters=sorted(kept),
        names=names,
        words=words,
    )
    jobs.enqueue(FLOW, subject_id=export.pk, organisation=export.organisation_id, actor=user.actor)
    return export


def make(export: Export, *, job: Job) -> None:
    """Write the bag into the vault. A second call finds it there and does nothing.

    Raises:
        NotPossible: nothing was signed yet, or too much was selected.
        Fenced: the job was taken over or stopped.
    """
    if export.artifact_id is not None:
        return
    signed = tree.checkpoint(export.organisation_id)
    if signed is None:
        raise NotPossible("No checkpoint was signed yet, so nothing could be proven.")
    part = parts.part_of(export, signed)
    Export.objects.filter(pk=export.pk).update(size=signed.size, expected=part.count, written=0)
    sealing = vault.begin(
        ArtifactClass.EXPORT, organisation=export.organisation_id, document=export.pk
    )
    try:
        summary = package.pack(
            _contents(export, signed, part),
            sealing,
            now=timezone.now(),
            progress=lambda written: _tell(export, written),
        )
        sealing.finish()
        with jobs.fenced(job):
            _keep(export, vault.keep(sealing, actor=SYSTEM), events=summary.events)
    except BaseException:
        sealing.abort()
        raise


def fetched(export: Export, *, user: User) -> BinaryIO:
    """The bytes of an export. That they are taken is recorded, and sealed before they leave.

    Raises:
        NotFound: it is not there for this person.
        NotPossible: it is not made yet.
        Gone: it was erased.
    """
    permissions.check_can_fetch(user, export)
    if export.artifact is None:
        raise NotPossible("This export is still being made.")
    with transaction.atomic():
        _record(Tag.EXPORT_DOWNLOADED, export, user.actor, digest=export.artifact.digest)
    assert export.event is not None  # made and recorded
    audit.covered(export.event)
    return vault.open(export.artifact, actor=user.actor, purpose="download")


@transaction.atomic
def delete(export: Export, *, user: User) -> None:
    """Erase an export before its clock runs out. Doing it twice is doing it once.

    Raises:
        NotFound: it is not there for this person.
        NotPossible: it is not made yet.
    """
    permissions.check_can_fetch(user, export)
    if export.artifact is None:
        raise NotPossible("This export is still being made.")
    if export.artifact.shredded_at is None:
        _record(Tag.EXPORT_DELETED, export, user.actor)
        vault.shred(export.artifact, actor=user.actor, reason="deleted")


def named(reference: str, *, user: User) -> Export:
    """Fetching is the permission check.

    Raises:
        NotFound: it is not there for this person.
    """
    found = Export.objects.visible_to(user).select_related("artifact", "asked_by")
    export = found.filter(reference=reference).first()
    if export is None:
        raise NotFound
    return export


def job_of(export: Export) -> Job:
    return Job.objects.get(flow=FLOW, subject_id=export.pk)


def _fits(name: str, mode: Mode) -> bool:
    return mode is Mode.SELECTION or name in RANGE_ASKS


def _contents(export: Export, signed: Signed, part: Part) -> Contents:
    organisation = Organisation.objects.get(pk=export.organisation_id)
    anchors = proving.anchored(export.organisation_id, signed)
    told = lines.with_words if export.words else iter
    return Contents(
        reference=export.reference,
        organisation=organisation.name,
        lines=told(part.lines),
        signed=signed,
        keys=tree.verifiers(),
        proofs=proving.proofs(export.organisation_id, signed, anchors, format=FORMAT, **part.proof),
        anchors=anchors,
        names=_names(export) if export.names else None,
        cover={
            "asked_by": export.asked_by.name,
            "reason": REASONS[Why(export.reason)].lower(),
            "asked": asks.in_words(export.asks, organisation=export.organisation_id),
            "whole": export.mode == Mode.RANGE,
            "left_out": part.left_out,
        },
    )


def _names(export: Export) -> Any:
    def names(actors: set[str]) -> dict[str, str]:
        return {
            actor: people.name_of(actor, organisation=export.organisation_id) for actor in actors
        }

    return names


def _keep(export: Export, artifact: Artifact, *, events: int) -> None:
    policy = retention.current_policy(export.organisation_id)
    due = policy.rule(artifact.kind).due_at({Start.RECEIVED: artifact.created_at})
    Artifact.objects.filter(pk=artifact.pk).update(due_at=due, policy=policy.name)
    event = _record(
        Tag.EXPORT_MADE,
        export,
        SYSTEM,
        events=events,
        digest=artifact.digest,
        policy=policy.name,
        due=due.isoformat(timespec="seconds"),
    )
    Export.objects.filter(pk=export.pk).update(artifact=artifact, event=event, written=events)


def _tell(export: Export, written: int) -> None:
    Export.objects.filter(pk=export.pk).update(written=written)


def _record(tag: Tag, export: Export, actor: Actor, **facts: Any) -> UUID:
    event = audit.record(
        tag,
        actor=actor,
        subject=export.reference,
        organisation=export.organisation_id,
        export=str(export.pk),
        **facts,
    )
    return event.pk
