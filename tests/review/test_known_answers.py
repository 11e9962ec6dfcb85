"""Known answers: told from real slits by nothing that is sent, and of no record."""

import json
import random
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.ids import born_at
from apps.review import ladder
from apps.review import services as review
from apps.review.ladder import RUNGS
from apps.review.models import Confusion, Decision, Lesson, Task
from apps.review.queue import waiting_for
from apps.review.rules import Reason, State, Verdict
from apps.review.services import Answer, mixing
from apps.review.services.claims import BATCH
from apps.review.services.slits import SYSTEM
from apps.vault import services as vault
from tests.intake.browsers import JSON
from tests.review.desk import IBAN
from tests.review.known import TRUTH, WRONG, answer, known, take

pytestmark = pytest.mark.usefixtures("all_lots_fall")


# Among the others


def test_a_known_answer_is_among_what_is_taken(mixed):
    real, test = mixed
    assert (test.document, test.job, test.field, test.sender) == (None, None, None, None)
    assert (test.workspace, test.doctype, test.name) == (real.workspace, "invoice", real.name)


def test_a_batch_is_no_larger_for_it(desk):
    for _ in range(4):
        desk.bare_tasks(desk.send(), 4)
    known(desk)
    held = take(desk)
    assert (len(held[False]), len(held[True])) == (BATCH - 1, 1)


def test_what_made_room_for_it_is_free_for_others(desk):
    for _ in range(3):
        desk.bare_tasks(desk.send(), 4)
    known(desk)
    take(desk)
    assert Task.objects.open().real().filter(claim=None).count() >= 1


@pytest.mark.parametrize("share", [0, 30])
def test_lots_are_drawn_for_each_slit(desk, settings, monkeypatch, share):
    settings.KNOWN_ANSWERS_PER_MILLE = share
    monkeypatch.setattr(mixing, "chance", random.Random(4))
    for _ in range(3):
        desk.bare_tasks(desk.send(), 4)
    for _ in range(12):
        known(desk)
    assert len(take(desk)[True]) <= (3 if share else 0)


def test_nobody_is_given_a_known_answer_twice(desk, mixed):
    for person, given in ((desk.house.rita, 0), (desk.house.remy, 1)):
        review.release(desk.house.rita, now=timezone.now())
        held = take(desk, person)
        assert (len(held[False]), len(held[True])) == (1, given)


def test_the_database_gives_each_known_answer_once_to_each(mixed):
    _, test = mixed
    with pytest.raises(IntegrityError, match="known_once_to_each"), transaction.atomic():
        Task.objects.create(
            organisation_id=test.organisation_id, workspace=test.workspace, known=test.known,
            reader=test.reader, reason=Reason.LOW_CONFIDENCE,
        )  # fmt: skip


def test_only_what_a_reviewer_is_asked_about_is_mixed_in(desk):
    desk.paper(fields=("invoice_number",))
    known(desk, doctype="identity")
    assert take(desk)[True] == []


def test_the_grid_of_one_field_has_known_answers_of_that_field(desk):
    desk.paper()
    known(desk, name="iban", value=IBAN, truth=IBAN)
    assert take(desk, field="invoice_number")[True] == []
    review.release(desk.house.rita, now=timezone.now())
    assert [task.name for task in take(desk, field="iban")[True]] == ["iban"]


def test_where_nothing_real_waits_nothing_is_asked(desk):
    known(desk)
    Task.objects.real().update(state=State.WITHDRAWN)
    assert take(desk) == {False: [], True: []}


def test_a_lost_slit_is_given_to_nobody(desk):
    desk.paper(fields=("invoice_number",))
    vault.shred(known(desk).crop, actor=SYSTEM, reason="policy")
    assert take(desk)[True] == []


# Alike in every byte


def shape(value: object) -> object:
    """The form of a JSON value: keys and types, and nothing of what it says."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    return "number" if isinstance(value, int | float) and value is not True else type(value)


def test_items_have_the_same_keys_in_the_same_order_and_values_of_the_same_kinds(desk, mixed, as_):
    items = as_(desk.house.rita).post("/review/claim/", **JSON).json()["items"]
    one, other = items
    assert list(one) == list(other)
    assert shape(one) == shape(other)
    for part in ("name", "label", "kind", "sens", "reason", "w", "h", "blind", "differ"):
        assert one[part] == other[part]
    assert len(one["boxes"]) == len(one["value"]) and len(other["boxes"]) == len(other["value"])


def test_ids_tell_of_no_other_time(mixed):
    real, test = mixed
    away = abs(born_at(test.pk) - born_at(real.pk))
    assert away <= mixing.AROUND + timedelta(seconds=1)
    assert abs(born_at(test.pk) - test.created_at) < timedelta(milliseconds=2)
    assert (test.pk.version, test.pk.variant) == (real.pk.version, real.pk.variant)


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("decide", {"value": TRUTH}),
        ("decide", {"value": ""}),
        ("decide", {"value": "x" * 600}),
        ("unreadable", {"trouble": "blurred"}),
        ("unreadable", {"trouble": "blank"}),
        ("unreadable", {"trouble": "not said"}),
        ("skip", {}),
        ("choose", {"doctype": "invoice"}),
        ("line", {"reason": "unit"}),
        ("correct", {"value": TRUTH, "because": "slip"}),
    ],
)
def test_every_address_answers_alike(desk, mixed, as_, act, form):
    rita, answers = as_(desk.house.rita), []
    for task in mixed:
        said = {"key": uuid.uuid4(), "shown_ms": 900, **form}
        response = rita.post(f"/review/{task.pk}/{act}/", said, **JSON)
        headers = dict(response.headers.items())
        text = response.content.decode().replace(str(task.pk), "ID")
        answers.append((response.status_code, sorted(headers), text))
    assert answers[0] == answers[1]


def test_pictures_come_alike(desk, mixed, as_):
    rita = as_(desk.house.rita)
    one, other = (rita.get(f"/review/{task.pk}/crop.png") for task in mixed)
    assert one.status_code == other.status_code == 200
    assert one.content[:33] == other.content[:33]  # signature, size, depth and colours
    different = {"Content-Length", "Expires"}
    assert {name: value for name, value in one.headers.items() if name not in different} == {
        name: value for name, value in other.headers.items() if name not in different
    }


def test_beside_a_blind_slit_it_is_blind(desk):
    desk.two_readers = True
    desk.paper(fields=("iban",))
    known(desk, name="iban", value=IBAN, truth=IBAN)
    desk.decide(desk.take(desk.house.remy)["iban"], IBAN)
    review.release(desk.house.remy, now=timezone.now())
    held = take(desk)
    [item] = [one for one in review.current_items(desk.house.rita, now=timezone.now())
              if one["id"] == str(held[True][0].pk)]  # fmt: skip
    assert item["blind"] and item["value"] == "" and IBAN not in json.dumps(item)


def test_undo_takes_one_back_like_any_other(desk, mixed):
    _, test = mixed
    answer(desk, test, WRONG)
    assert review.undo(desk.house.rita, now=timezone.now()).pk == test.pk
    assert Decision.objects.get(task=test).undone


@pytest.mark.parametrize("verdict", [Verdict.SKIPPED, Verdict.UNREADABLE])
def test_what_was_passed_on_can_be_taken_back_and_goes_to_nobody_else(desk, mixed, verdict):
    _, test = mixed
    said = Answer(uuid.uuid4(), verdict, trouble="blurred" if verdict == "unreadable" else "")
    verb = review.skip if verdict is Verdict.SKIPPED else review.decide
    verb(test, said, user=desk.house.rita, now=timezone.now())
    assert test.pk not in {task.pk for task in take(desk, desk.house.lena)[True]}
    assert review.undo(desk.house.rita, now=timezone.now()).pk == test.pk
    review.release(desk.house.rita, now=timezone.now())
    assert Task.objects.get(pk=test.pk).state == State.WITHDRAWN


# Of no record


def test_it_counts_for_no_queue(desk, mixed):
    before = waiting_for(desk.house.remy).slits
    review.release(desk.house.rita, now=timezone.now())
    assert waiting_for(desk.house.remy).slits == before + 1  # the real one alone
    assert review.stuck(desk.house.payable).tasks == 0


def test_it_teaches_calibration_nothing(desk, mixed):
    _, test = mixed
    answer(desk, test, TRUTH)
    review.release(desk.house.rita, now=timezone.now())
    assert Task.objects.get(pk=test.pk).state == State.SEALED
    assert not Lesson.objects.exists()
    assert not Confusion.objects.exists()


def test_its_slit_is_kept_for_others(desk, mixed):
    _, test = mixed
    answer(desk, test, TRUTH)
    review.release(desk.house.rita, now=timezone.now())
    test.known.crop.refresh_from_db()
    assert test.known.crop.shredded_at is None


def test_its_events_name_no_document(desk, mixed):
    _, test = mixed
    answer(desk, test, TRUTH)
    review.release(desk.house.rita, now=timezone.now())
    events = Event.objects.filter(subject=str(test.pk))
    assert {event.tag for event in events} >= {Tag.TASK_CLAIMED, Tag.TASK_DECIDED}
    assert {event.document for event in events} == {None}


@pytest.mark.parametrize("step", RUNGS)
def test_more_around_a_known_answer_is_shown_like_any_other(desk, mixed, as_, step):
    rita, pictures = as_(desk.house.rita), []
    for task in mixed:
        offered = rita.get(f"/review/{task.pk}/more/").text
        assert offered.count('name="step"') == len(RUNGS)
        how = {"reason": "unit", "user": desk.house.rita, "now": timezone.now()}
        grant = review.ask_more(task, step=step, **how)
        if grant.state == ladder.State.ASKED:
            review.answer(grant, give=True, user=desk.house.lena, now=timezone.now())
        pictures.append(rita.get(f"/review/{task.pk}/{step}.png"))
    assert [one.status_code for one in pictures] == [200, 200]
    assert pictures[0].content[:24] == pictures[1].content[:24]  # of the same size
