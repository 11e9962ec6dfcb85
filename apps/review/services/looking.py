"""What a reviewer is shown: the slit, and the line around it for a reason."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Gone, NotPossible
from apps.extraction import services as extraction
from apps.extraction.doctypes import FieldRule
from apps.extraction.fields import WORDS, Flag
from apps.extraction.models import Content, Field, to_box
from apps.extraction.typed import means_the_same
from apps.intake.models import Document
from apps.review import permissions
from apps.review.crops import Frame, Slit, draw_line
from apps.review.models import LineGrant, Task
from apps.review.readings import NONE_KEY, characters, keys_of, respelled
from apps.review.rules import Reason, State, shown
from apps.review.services.asking import page_of, pixels_of, words_of
from apps.review.services.decisions import choices_of, rule_of
from apps.vault import services as vault
from apps.vault.keys import ValueCipher

LINE_SECONDS = 20  # how long a line may be looked at
PER_MILLION = 1_000_000
HEADER_SENSITIVITY = 2  # names and addresses stand there


def current_items(user: User, *, now: datetime) -> list[dict[str, Any]]:
    """What the station shows for each open task under the person's claim, in order."""
    tasks = Task.objects.open().held_by(user, now).order_by("created_at", "id")
    ciphers: dict[UUID, ValueCipher] = {}
    for task in tasks:
        if task.document_id not in ciphers:
            ciphers[task.document_id] = cipher_of(task)
    return [item(task, ciphers[task.document_id]) for task in tasks]


def cipher_of(task: Task) -> ValueCipher:
    return vault.open_values(
        task.document_id, organisation=task.organisation_id, actor=extraction.SYSTEM
    )


def item(task: Task, cipher: ValueCipher) -> dict[str, Any]:
    """One task as the browser gets it: what is asked, and how it lies under its picture."""
    asked = _field_asked(task, task.field, cipher) if task.field else _class_asked(task)
    return {
        "id": str(task.pk),
        "reason": shown(Reason(task.reason)),
        "picture": bool(task.crop_id),
        **asked,
    }


def _field_asked(task: Task, field: Field, cipher: ValueCipher) -> dict[str, Any]:
    """A value to accept or to correct."""
    rule = rule_of(task)
    doctype = extraction.doctype_of(task.document)
    content = _as_meant(task.document, rule, field.content(cipher))
    return {
        "name": rule.title,
        "label": doctype.title if doctype else "",
        "kind": rule.type.value,
        "sens": rule.sensitivity,
        "warnings": [WORDS[Flag(flag)] for flag in field.flags],
        "value": content.value,
        "alts": list(content.others),
        "passing": _passing(task, field, content),
        "choices": [],
        **_layout(task.geometry, content.value, content.glyphs),
    }


def _as_meant(document: Document, rule: FieldRule, content: Content) -> Content:
    """The suggestion such that accepting it says what the machine means.

    Check digits may have put right what was printed. Typed again as printed it would be wrong, so
    the right spelling is suggested, its changed characters doubtful, and the print offered.
    """
    typed, _ = extraction.check_typed(document, rule, content.value)
    meant = content.normalised
    if not meant or means_the_same(typed, meant, kind=rule.type):
        return content
    others = (*(one for one in content.others if one != meant), content.value)
    return replace(content, value=meant, others=others, glyphs=respelled(content.glyphs, meant))


def _passing(task: Task, field: Field, content: Content) -> list[str]:
    """Which of the suggested readings pass the checks that a typed value must pass."""
    rule, document = rule_of(task), task.document
    passing = [content.value] if field.found and not field.failed else []
    for other in content.others:
        normalised, checks = extraction.check_typed(document, rule, other)
        if normalised and all(passed for _, passed in checks):
            passing.append(other)
    return passing


def _class_asked(task: Task) -> dict[str, Any]:
    """A class to choose; nothing is suggested but by the order."""
    *classes, none = choices_of(task)
    keyed = zip(classes, keys_of(len(classes)), strict=True)
    choices = [{"value": one.name, "title": one.title, "key": key} for one, key in keyed]
    choices.append({"value": none.name, "title": "None of these", "key": NONE_KEY})
    return {
        "name": "Which kind of document is this?",
        "label": f"Header of page {task.page}",
        "kind": "class",
        "sens": HEADER_SENSITIVITY,
        "warnings": [],
        "value": "",
        "alts": [],
        "passing": [],
        "choices": choices,
        **_layout(task.geometry, "", ()),
    }


@transaction.atomic
def crop(task: Task, *, user: User, now: datetime) -> bytes:
    """The slit's picture, for whoever holds the task.

    Raises:
        NotFound, NotAllowed, NotPossible: see `permissions.check_holds`.
        Gone: the slit was decided and destroyed, or its clock ran out.
    """
    permissions.check_holds(user, task, now=now)
    if task.crop is None:
        raise Gone("There is no slit for this field.")
    _record(Tag.CROP_DELIVERED, task, user, share=task.geometry.get("share", 0.0))
    with vault.open(task.crop, actor=user.actor, purpose="review") as picture:
        return picture.read()


@transaction.atomic
def grant_line(task: Task, *, reason: str, user: User, now: datetime) -> LineGrant:
    """Let a reviewer see the line for some seconds; the reason goes on the trail.

    Raises:
        NotPossible: the claim ran out, or a class is asked.
        NotAllowed: the person may see slits only.
        Gone: what was decided is final, and the slit with it.
    """
    permissions.check_can_see_line(user, task, now=now)
    _check_has_line(task)
    granted = LineGrant.objects.create(
        organisation_id=task.organisation_id,
        task=task,
        reviewer=user,
        reason=reason,
        until=now + timedelta(seconds=LINE_SECONDS),
    )
    _record(Tag.LINE_GRANTED, task, user, reason=reason)
    return granted


def line(task: Task, *, user: User, now: datetime) -> Slit:
    """The line around a word, while a grant lasts and the page image lives.

    Raises:
        NotPossible: no grant is open.
        Gone: the page image was erased on its own clock, or the decision is final.
    """
    permissions.check_can_see_line(user, task, now=now)
    field = _check_has_line(task)
    grants = LineGrant.objects.filter(task=task, reviewer=user, until__gt=now)
    if not grants.exists():
        raise NotPossible("The line was shown for 20 seconds. Ask again if you need it.")
    page = page_of(field)
    if page is None or not field.boxes:
        raise Gone("There is no line to show for this field.")
    pixels = pixels_of(page, actor=user.actor, purpose="line")
    shown = draw_line(pixels, [to_box(edges) for edges in field.boxes], words_of(page))
    with transaction.atomic():
        _record(Tag.LINE_DELIVERED, task, user, share=shown.share)
    return shown


def _check_has_line(task: Task) -> Field:
    """The field whose line may be shown. A header is all that is ever shown for a class.

    The page may outlive the slit; who may no longer see the one sees nothing of the other.
    """
    if task.state not in (State.OPEN, State.DECIDED):
        raise Gone("This was decided, and the slit is closed.")
    if task.field is None:
        raise NotPossible("The header is all that is shown. If it does not tell, press E.")
    return task.field


def _layout(geometry: dict[str, Any], value: str, glyphs: Any) -> dict[str, Any]:
    if not geometry:
        return {"w": 0, "h": 0, "win": [], "map": [], "share": 0, "boxes": [], "doubts": []}
    frame = Frame(*geometry["frame"])
    laid = characters(value, glyphs, frame)
    return {
        "w": geometry["width"],
        "h": geometry["height"],
        "win": geometry["window"],
        "map": _on_page(frame, geometry["window"]),
        "share": round(geometry["share"] * 100, 2),
        "boxes": laid.places,
        "doubts": laid.doubtful,
    }


def _on_page(frame: Frame, window: list[float]) -> list[float]:
    """The window's place on the page: left, top, width, height as fractions."""
    left, top, width, height = window
    return [
        round(frame.left + left * frame.width, 4),
        round(frame.top + top * frame.height, 4),
        round(width * frame.width, 4),
        round(height * frame.height, 4),
    ]


def _record(tag: Tag, task: Task, user: User, **facts: Any) -> None:
    """Shares are recorded in millionths of the page, since the trail holds no fractions."""
    if "share" in facts:
        facts["share"] = round(facts["share"] * PER_MILLION)
    audit.record(
        tag,
        actor=user.actor,
        subject=task.pk,
        organisation=task.organisation_id,
        document=task.document_id,
        page=task.page,
        **task.topic,
        **facts,
    )
