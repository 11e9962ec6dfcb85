"""Writing the trail, and reading it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from apps.audit import canonical, details, numbering, workspaces
from apps.audit.context import Origin, origin
from apps.audit.covering import covered
from apps.audit.exposure import SEALED_FIRST
from apps.audit.models import Event
from apps.audit.numbering import Given
from apps.audit.tags import Outcome, Tag
from apps.audit.workspaces import lies_in
from apps.base.errors import NotFound
from apps.base.ids import uuid7
from apps.base.types import Actor

VERSION = 2  # of the body's shape
# Who, what, whose, of which document and workspace, and how it ended.
About = tuple[Actor, object, UUID | None, UUID | None, UUID | None, Outcome]

__all__ = [
    "VERSION",
    "covered",
    "document_named",
    "facts_of",
    "happened",
    "lies_in",
    "of_document",
    "one",
    "readable",
    "record",
    "record_each",
]


def record(
    tag: Tag,
    *,
    actor: Actor,
    subject: object,
    organisation: UUID | None,
    document: UUID | None = None,
    workspace: UUID | None = None,
    outcome: Outcome = Outcome.DONE,
    detail: Mapping[str, str] | None = None,
    **facts: canonical.Value,
) -> Event:
    """Append one event, in the same transaction as the change it tells of.

    `facts` are ids, codes, counts and digests; fractions are given as whole per mille. `detail`
    is what a person wrote: it is kept beside the event, where it can be erased. The workspace of
    a document need not be given once the trail knows it. Twice recorded is twice happened:
    callers record inside the condition that guards the change.
    """
    about = (actor, subject, organisation, document, workspace, outcome)
    event = _made(tag, about, detail, facts)
    event.save(force_insert=True)
    _request().note(event, seal_first=tag in SEALED_FIRST)
    return event


def record_each(
    tag: Tag,
    several: Iterable[Mapping[str, Any]],
    *,
    actor: Actor,
    organisation: UUID | None,
    **facts: canonical.Value,
) -> list[Event]:
    """Append an event for each of several subjects at one go, as `record` would one by one.

    Each of `several` says its `subject`, `document`, `workspace` and facts of its own.
    """
    events = []
    for own in several:
        rest = dict(own)
        named = (rest.pop("subject"), organisation, rest.pop("document"), rest.pop("workspace"))
        about = (actor, *named, Outcome.DONE)
        events.append(_made(tag, about, None, {**rest, **facts}))
    Event.objects.bulk_create(events)
    for event in events:
        _request().note(event, seal_first=tag in SEALED_FIRST)
    return events


def _request() -> Origin:
    return origin.get() or Origin()


def _made(
    tag: Tag, about: About, detail: Mapping[str, str] | None, facts: dict[str, canonical.Value]
) -> Event:
    """An event that is not yet written."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{tag} must be recorded inside a transaction.")
    actor, subject, organisation, document, workspace, outcome = about
    if document and workspace:
        lies_in(document, workspace=workspace)
    elif document:
        workspace = workspaces.of(document)
    event = Event(
        id=uuid7(),
        organisation_id=organisation,
        at=timezone.now(),
        tag=tag,
        outcome=outcome,
        actor=actor,
        subject=str(subject),
        document=document,
        workspace=workspace,
        reason=str(facts.get("reason", ""))[:40],
    )
    given = numbering.writer().next(organisation)
    bound = details.kept(event, detail) if detail else None
    body = _body(event, _request(), given)
    event.body = canonical.encode({**body, "detail": bound, "facts": facts})
    return event


@transaction.atomic
def of_document(document: UUID, *, organisation: UUID, reader: Actor, count: int) -> list[Event]:
    """The trail of one document, oldest first; that it was read is recorded after it."""
    events = list(
        Event.objects.filter(organisation_id=organisation)
        .of_document(document)
        .order_by("id")[:count]
    )
    record(
        Tag.TRAIL_READ,
        actor=reader,
        subject=document,
        organisation=organisation,
        document=document,
        events=len(events),
    )
    return events


def subjects(
    tag: Tag, *, actor: Actor, among: Iterable[object], organisation: UUID | None
) -> set[str]:
    """To which of some subjects somebody did a thing. Asking shows nobody anything."""
    named = [str(one) for one in among]
    events = Event.objects.filter(organisation_id=organisation, subject__in=named)
    events = events.filter(tag=tag, actor=actor)
    return set(events.values_list("subject", flat=True))


@transaction.atomic
def one(pk: UUID, *, organisation: UUID, reader: Actor) -> Event:
    """One event of an organisation; that it was read is recorded after it.

    Raises:
        NotFound: it is not on this organisation's trail.
    """
    event = Event.objects.filter(organisation_id=organisation, pk=pk).first()
    if event is None:
        raise NotFound
    record(Tag.TRAIL_READ, actor=reader, subject=pk, organisation=organisation, events=1)
    return event


def happened(*tags: Tag, actor: Actor, subject: object, organisation: UUID | None) -> bool:
    """Whether somebody did one of these things to a subject. Asking shows nobody anything."""
    events = Event.objects.filter(organisation_id=organisation, subject=str(subject))
    return events.filter(tag__in=tags, actor=actor, outcome=Outcome.DONE).exists()


def document_named(name: str, *, organisation: UUID) -> UUID | None:
    """The document behind an id, or behind the reference it was received under."""
    try:
        return UUID(name)
    except ValueError:
        received = Event.objects.filter(
            organisation_id=organisation, tag=Tag.DOCUMENT_RECEIVED, subject=name.strip().upper()
        )
        return received.values_list("document", flat=True).first()


def facts_of(event: Event) -> dict[str, canonical.Value]:
    """What an event says beyond who, what and when."""
    facts = canonical.decode(bytes(event.body))["facts"]
    return dict(facts) if isinstance(facts, dict) else {}


def readable(event: Event) -> str:
    """The body of an event as indented JSON, for a person."""
    return json.dumps(canonical.decode(bytes(event.body)), indent=2, ensure_ascii=False)


def _body(event: Event, request: Origin, given: Given) -> dict[str, canonical.Value]:
    return {
        "v": VERSION,
        "id": str(event.id),
        "at": event.at.isoformat(timespec="microseconds"),
        "organisation": _text(event.organisation_id),
        "actor": event.actor,
        "tag": event.tag,
        "outcome": event.outcome,
        "subject": event.subject,
        "document": _text(event.document),
        "workspace": _text(event.workspace),
        "request": request.request_id,
        "address": request.address,
        "writer": given.writer.id,
        "number": given.number,
        "void": numbering.ranges(given.void),
    }


def _text(identifier: UUID | None) -> str | None:
    return str(identifier) if identifier else None
