"""What the database refuses by itself, whoever asks and whatever the code above forgets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from apps.base.ids import uuid7
from apps.review.ladder import State as Leave
from apps.review.ladder import Step, Why
from apps.review.models import Counted, Grant, Pause, Practice, QualityRule, Scope, Tally, Task
from apps.review.rules import PauseReason, Reason, State
from tests.review.desk import Desk

FLOOR = {"known_share": 0.03, "tells_misses": False, "floor": 0.8}


def task_of(desk: Desk) -> Task:
    return desk.paper(fields=("iban",)).tasks.get()


def changed(**changes: Any) -> Callable[[Desk], None]:
    """A slit of a field with something changed that must not be so."""

    def change(desk: Desk) -> None:
        Task.objects.filter(pk=task_of(desk).pk).update(**changes)

    return change


def again(row: models.Model) -> None:
    """The same row once more, under another id."""
    row.pk, row._state.adding = uuid7(), True
    row.save(force_insert=True)


def decided_without_a_word(desk: Desk) -> None:
    Task.objects.filter(pk=task_of(desk).pk).update(state=State.DECIDED, reader=desk.house.rita)


def twice(model: type[models.Model], **about: Any) -> Callable[[Desk], None]:
    """Two rows that say the same of an organisation; words stand for its people and places."""

    def add(desk: Desk) -> None:
        said = {name: getattr(desk.house, one) if name in PLACES else one
                for name, one in about.items()}  # fmt: skip
        row = model(organisation_id=desk.house.halden.pk, **said)
        row.save(force_insert=True)
        again(row)

    return add


PLACES = {"reviewer", "workspace", "set_by", "assigned_by"}
AT = timezone.now()


def leave(*times: int, **about: Any) -> Callable[[Desk], None]:
    """Leave to see more than a slit, or that it was asked for."""

    def add(desk: Desk) -> None:
        task, said = task_of(desk), {"step": Step.LINE, "reason": Why.UNIT, **about}
        for _ in times:
            Grant.objects.create(
                organisation_id=task.organisation_id, task=task, reviewer=desk.house.rita, **said
            )

    return add


def quality(**changes: float) -> Callable[[Desk], None]:
    def add(desk: Desk) -> None:
        house = desk.house
        about = {**FLOOR, **changes, "set_by": house.lena}
        QualityRule.objects.create(organisation_id=house.halden.pk, **about)

    return add


BROKEN: dict[str, Callable[[Desk], None]] = {
    "about_a_field_or_a_class": changed(reason=Reason.UNSURE_CLASS),
    "of_a_document_unless_known": changed(job=None),
    "three_turns_at_most": changed(turn=4),
    "decided_by_a_decision": decided_without_a_word,
    "one_task_a_turn": lambda desk: again(task_of(desk)),
    "one_class_task_a_document": lambda desk: again(desk.unsure().tasks.get()),
    "one_open_pause_a_reviewer": twice(Pause, reviewer="rita", because=PauseReason.LEAD),
    "one_practice_a_class": twice(Practice, workspace="payable", set_by="lena"),
    "one_scope_of_a_kind": twice(Scope, reviewer="rita", kind="iban", assigned_by="lena"),
    "one_tally_an_hour": twice(
        Tally, workspace="payable", hour=AT, name="read", kind="iban", count=1
    ),
    "one_count_an_organisation": twice(Counted, until=AT),
    "asked_once_at_a_time": leave(1, 2, state=Leave.ASKED),
    "what_is_seen_has_an_end": leave(1, state=Leave.GIVEN),
    "known_answers_are_few": quality(known_share=0.06),
    "a_floor_can_be_stood_on": quality(floor=1.0),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses(desk, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BROKEN[name](desk)


def test_every_promise_of_the_database_is_broken_by_some_test():
    tests = "\n".join(path.read_text() for path in sorted(Path(__file__).parent.glob("test_*.py")))
    promised = {
        constraint.name
        for model in apps.get_app_config("review").get_models()
        for constraint in model._meta.constraints
    }
    assert {name for name in promised if name not in tests} == set()
