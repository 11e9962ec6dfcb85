"""What a reviewer is shown: the slit, and for a reason some more around it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from apps.accounts.models import User
from apps.base.errors import Gone, NotPossible
from apps.extraction import services as extraction
from apps.extraction.fields import WORDS, Flag
from apps.extraction.models import Content
from apps.extraction.typed import means_the_same
from apps.review import permissions
from apps.review.crops import Frame, Slit, draw_line, draw_page, draw_wider
from apps.review.ladder import State, Step
from apps.review.models import Grant, Task
from apps.review.readings import NONE_KEY, characters, keys_of, on_page, respelled
from apps.review.rules import Reason, Turn, Verdict, shown
from apps.review.services import exposures
from apps.review.services.agreeing import said, turns_of
from apps.review.services.asked import (
    choices_of,
    cipher_of,
    doctype_of,
    habits_of,
    rule_of,
    suggested,
)
from apps.review.services.granting import NO_PAGE, check_open
from apps.review.services.slits import geometry_of, sight_of
from apps.vault import services as vault
from apps.vault.keys import ValueCipher

HEADER_SENSITIVITY = 2  # names and addresses stand there
ORDER = "arrowslit.differ"  # parts the order of two answers from other uses of the same key
NO_VALUE = {
    Verdict.BLANK: "Nothing is written there",
    Verdict.UNREADABLE: "It cannot be read",
}


def current_items(user: User, *, now: datetime) -> list[dict[str, Any]]:
    """What the station shows for each open task under the person's claim, in order."""
    tasks = Task.objects.open().held_by(user, now).order_by("due_at", "id")
    ciphers: dict[UUID, ValueCipher] = {}
    for task in tasks:
        if task.sealed_under not in ciphers:
            ciphers[task.sealed_under] = cipher_of(task)
    return [item(task, ciphers[task.sealed_under]) for task in tasks]


def item(task: Task, cipher: ValueCipher) -> dict[str, Any]:
    """One task as the browser gets it: what is asked, and how it lies under its picture."""
    asked = _class_asked(task) if task.asks_class else _field_asked(task, cipher)
    return {
        "id": str(task.pk),
        "reason": shown(Reason(task.reason)),
        "picture": bool(task.crop_id),
        "blind": task.blind,
        "differ": [],
        **asked,
    }


def _field_asked(task: Task, cipher: ValueCipher) -> dict[str, Any]:
    """A value to accept or to correct; to type where none may be suggested; to choose of two."""
    rule, read = rule_of(task), suggested(task, cipher)
    asked = {
        "name": rule.title,
        "label": doctype_of(task).title,
        "kind": rule.type.value,
        "sens": rule.sensitivity,
        "warnings": [WORDS[Flag(flag)] for flag in read.flags],
        "checks": list(rule.validators),
        "habits": {"month_first": habits_of(task).month_first},
        "choices": [],
    }
    if task.turn == Turn.THIRD:
        return {**asked, **_two_answers(task, cipher)}
    content = Content() if task.blind else _as_meant(task, read.content)
    passing = [content.value] if read.found and not read.failed and not task.blind else []
    return {
        **asked,
        "value": content.value,
        "alts": list(content.others),
        "passing": [*passing, *_passing(task, content.others)],
        **_layout(task.geometry, content.value, content.glyphs),
    }


def _as_meant(task: Task, content: Content) -> Content:
    """The suggestion such that accepting it says what the machine means.

    Check digits may have put right what was printed. Typed again as printed it would be wrong, so
    the right spelling is suggested, its changed characters doubtful, and the print offered.
    """
    rule, meant = rule_of(task), content.normalised
    typed, _ = extraction.check_typed(habits_of(task), rule, content.value)
    if not meant or means_the_same(typed, meant, kind=rule.type):
        return content
    others = (*(one for one in content.others if one != meant), content.value)
    return replace(content, value=meant, others=others, glyphs=respelled(content.glyphs, meant))


def _two_answers(task: Task, cipher: ValueCipher) -> dict[str, Any]:
    """What two readers said, in an order that tells nothing of who was first or who they are."""
    spoken = [one.decision for one in turns_of(task) if one.turn != Turn.THIRD]
    spoken.sort(key=lambda decision: salted_hmac(ORDER, str(decision and decision.pk)).digest())
    answers = [
        (said(one, cipher).value, NO_VALUE.get(Verdict(one.verdict), "")) for one in spoken if one
    ]
    values = list(dict.fromkeys(value for value, _ in answers if value))
    return {
        "value": "",
        "alts": values,
        "passing": _passing(task, values),
        "differ": [{"value": value, "said": words} for value, words in answers],
        **_layout(task.geometry, "", ()),
    }


def _passing(task: Task, values: Sequence[str]) -> list[str]:
    """Which of some readings pass the checks that a typed value must pass."""
    rule, habits = rule_of(task), habits_of(task)
    passing = []
    for value in values:
        normalised, checks = extraction.check_typed(habits, rule, value)
        if normalised and all(passed for _, passed in checks):
            passing.append(value)
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
        "checks": [],
        "habits": {"month_first": False},
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
    check_open(task)
    grants = Grant.objects.select_for_update().filter(task=task, reviewer=user, step=step)
    grant = grants.usable(now).order_by("-created_at").first()
    if grant is None:
        raise NotPossible("Its time is over. Ask again if you need it.")
    picture = _drawn(task, step, user)
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


def _drawn(task: Task, step: Step, user: User) -> Slit:
    sight = sight_of(task)
    if sight is None:
        raise Gone(NO_PAGE)
    pixels = sight.pixels(actor=user.actor, purpose=step)
    if step is Step.PAGE:
        return draw_page(pixels)
    draw = draw_wider if step is Step.WIDER else draw_line
    return draw(pixels, sight.windows, sight.words)


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
