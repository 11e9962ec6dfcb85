"""What a reviewer is shown: the slit, and for a reason some more around it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.base.errors import Gone, NotPossible
from apps.extraction import services as extraction
from apps.extraction.fields import WORDS, Flag
from apps.extraction.models import Content, Field, to_box
from apps.review import permissions
from apps.review.crops import Frame, Slit, draw_line, draw_page, draw_wider
from apps.review.ladder import State, Step
from apps.review.looks import Grant
from apps.review.models import Task
from apps.review.readings import NONE_KEY, characters, keys_of, on_page
from apps.review.rules import Reason, shown
from apps.review.services import exposures
from apps.review.services.asking import geometry_of, page_of, pixels_of, words_of
from apps.review.services.decisions import choices_of, rule_of
from apps.review.services.granting import check_open
from apps.vault import services as vault
from apps.vault.keys import ValueCipher

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
    content = field.content(cipher)
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
    exposures.sent(task, user, step=Step.SLIT, geometry=task.geometry, now=now)
    with vault.open(task.crop, actor=user.actor, purpose="review") as picture:
        return picture.read()


@transaction.atomic
def more(task: Task, *, step: Step, user: User, now: datetime) -> bytes:
    """More of the page than the slit, while a grant lasts and the page image lives.

    What a lead gave is shown once: its seconds begin here.

    Raises:
        NotFound, NotAllowed, NotPossible: no claim, no right, no grant.
        Gone: the page image was erased on its own clock, or the decision is final.
    """
    permissions.check_can_see_more(user, task, step=step, now=now)
    field = check_open(task)
    grants = Grant.objects.select_for_update().filter(task=task, reviewer=user, step=step)
    grant = grants.usable(now).order_by("-created_at").first()
    if grant is None:
        raise NotPossible("Its time is over. Ask again if you need it.")
    picture = _drawn(task, field, step, user)
    until = grant.until or now + grant.seconds
    if grant.until is None:
        grant.move(State.OPENED, until=until)
    exposures.sent(
        task,
        user,
        step=step,
        geometry=geometry_of(picture),
        now=now,
        reason=grant.reason,
        until=until,
    )
    return picture.png


def _drawn(task: Task, field: Field, step: Step, user: User) -> Slit:
    page = page_of(field)
    if page is None or not field.boxes:
        raise Gone("There is no more to show for this field.")
    pixels = pixels_of(page, actor=user.actor, purpose=step)
    if step is Step.PAGE:
        return draw_page(pixels)
    windows = [to_box(edges) for edges in field.boxes]
    draw = draw_wider if step is Step.WIDER else draw_line
    return draw(pixels, windows, words_of(page))


def _layout(geometry: dict[str, Any], value: str, glyphs: Any) -> dict[str, Any]:
    if not geometry:
        return {"w": 0, "h": 0, "win": [], "map": [], "share": 0, "boxes": [], "doubts": []}
    frame = Frame(*geometry["frame"])
    laid = characters(value, glyphs, frame)
    return {
        "w": geometry["width"],
        "h": geometry["height"],
        "win": geometry["window"],
        "map": on_page(frame, geometry["window"]),
        "share": round(geometry["share"] * 100, 2),
        "boxes": laid.places,
        "doubts": laid.doubtful,
    }
