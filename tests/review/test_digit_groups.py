"""Alike digits side by side: what is shown, what it settles, what it does not."""

import io
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Gone, NotFound, NotPossible
from apps.review import services as review
from apps.review.models import Decision, Task
from apps.review.refusals import NotSettled
from apps.review.rules import Reason, State, Verdict
from apps.review.services import digits
from apps.review.services.claims import BATCH
from tests.intake.browsers import JSON
from tests.review.desk import NUMBER

SEVENS = [3, 4]  # where the number has them
PAPERS = 3


@pytest.fixture
def numbers(desk) -> list[Task]:
    """Rita holds the numbers of three invoices, two sevens in doubt in each."""
    for _ in range(PAPERS):
        desk.paper(fields=("invoice_number",))
    desk.take(desk.house.rita)
    return list(Task.objects.open().filter(claim__reviewer=desk.house.rita).order_by("id"))


def look(desk: Any, task: Task, *positions: int) -> list[bytes]:
    now = timezone.now()
    return [review.glyph(task, at, user=desk.house.rita, now=now) for at in positions]


def confirm(desk: Any, task: Task, key: uuid.UUID | None = None) -> Decision:
    said = {"key": key or uuid.uuid4(), "shown_ms": 900}
    return review.confirm(task, **said, user=desk.house.rita, now=timezone.now())


def test_the_doubtful_sevens_of_three_invoices_come_together(desk, numbers):
    [group] = review.groups(desk.house.rita, now=timezone.now())
    assert {one.character for one in group} == {"7"}
    assert {(one.task, one.position) for one in group} == {
        (task.pk, at) for task in numbers for at in SEVENS
    }


def test_a_tile_is_small_and_its_delivery_is_recorded(desk, numbers):
    [tile] = look(desk, numbers[0], SEVENS[0])
    assert Image.open(io.BytesIO(tile)).size == (64, 64)
    event = Event.objects.get(tag=Tag.GLYPH_DELIVERED)
    assert (event.subject, event.document) == (f"{numbers[0].pk}/3", numbers[0].document_id)


@pytest.mark.parametrize("position", [0, 5, 99])
def test_no_other_character_is_handed_out(desk, numbers, position):
    with pytest.raises(NotPossible):
        look(desk, numbers[0], position)
    assert not Event.objects.filter(tag=Tag.GLYPH_DELIVERED).exists()


def test_a_field_whose_digits_were_all_seen_is_accepted_as_it_was_read(desk, numbers):
    look(desk, numbers[0], *SEVENS)
    decision = confirm(desk, numbers[0])
    task = Task.objects.get(pk=numbers[0].pk)
    assert (decision.verdict, task.state, decision.right) == (Verdict.ACCEPTED, State.DECIDED, True)
    assert Event.objects.filter(tag=Tag.DIGITS_CONFIRMED, subject=task.pk).count() == 1


def test_a_digit_that_was_never_shown_is_not_confirmed(desk, numbers):
    look(desk, numbers[0], SEVENS[0])
    with pytest.raises(NotSettled):
        confirm(desk, numbers[0])
    assert Task.objects.get(pk=numbers[0].pk).state == State.OPEN


def test_what_somebody_else_saw_does_not_count(desk, numbers):
    look(desk, numbers[0], *SEVENS)
    now = timezone.now()
    review.release(desk.house.rita, now=now)
    review.claim(desk.house.remy, now=now)
    task = Task.objects.get(pk=numbers[0].pk)
    said = {"key": uuid.uuid4(), "shown_ms": 1, "user": desk.house.remy, "now": now}
    with pytest.raises(NotSettled):
        review.confirm(task, **said)


def test_confirmed_twice_is_decided_once(desk, numbers):
    look(desk, numbers[0], *SEVENS)
    key = uuid.uuid4()
    assert confirm(desk, numbers[0], key).pk == confirm(desk, numbers[0], key).pk
    assert Decision.objects.count() == 1


def test_a_field_with_an_odd_one_is_read_one_by_one(desk, numbers):
    now = timezone.now()
    review.doubt(numbers[0], user=desk.house.rita, now=now)
    assert Task.objects.get(pk=numbers[0].pk).state == State.OPEN
    [group] = review.groups(desk.house.rita, now=now)
    assert numbers[0].pk not in {one.task for one in group}
    assert str(numbers[0].pk) in {
        one["id"] for one in review.current_items(desk.house.rita, now=now)
    }


@pytest.mark.parametrize("reason", [Reason.FLAGGED, Reason.CHECK_FAILED])
def test_where_more_than_its_characters_is_in_doubt_it_is_read_as_a_whole(desk, numbers, reason):
    Task.objects.update(reason=reason)
    assert review.groups(desk.house.rita, now=timezone.now()) == []
    task = Task.objects.get(pk=numbers[0].pk)
    with pytest.raises(NotPossible):
        look(desk, task, SEVENS[0])


def test_whoever_holds_nothing_gets_nothing(desk, numbers):
    now, remy = timezone.now(), desk.house.remy
    assert review.groups(remy, now=now) == []
    with pytest.raises(NotFound):
        review.glyph(numbers[0], SEVENS[0], user=remy, now=now)
    with pytest.raises(NotFound):
        review.doubt(numbers[0], user=remy, now=now)


def test_who_holds_nothing_is_not_told_what_was_never_shown(desk, numbers):
    said = {"key": uuid.uuid4(), "shown_ms": 1, "user": desk.house.remy, "now": timezone.now()}
    with pytest.raises(NotFound):
        review.confirm(numbers[0], **said)


@pytest.mark.parametrize("rule", ["blind", "two readers"])
def test_what_is_read_without_the_machine_is_not_confirmed_by_its_digits(
    desk, numbers, monkeypatch, rule
):
    """Whoever confirms digits says that the machine was right; who reads blind is not told."""
    if rule == "blind":
        Task.objects.update(blind=True)
    else:
        twice = replace(digits.rule_of(numbers[0]), readers=2)
        monkeypatch.setattr(digits, "rule_of", lambda task: twice)
    assert review.groups(desk.house.rita, now=timezone.now()) == []
    with pytest.raises(NotPossible):
        look(desk, Task.objects.get(pk=numbers[0].pk), SEVENS[0])


def test_a_slit_that_was_destroyed_is_said_to_be_closed(desk, numbers):
    task = Task.objects.select_related("crop", "claim").get(pk=numbers[0].pk)
    task.crop.shredded_at = timezone.now()
    with pytest.raises(Gone):
        look(desk, task, SEVENS[0])


# As a browser talks to it


def say(client: Client, task: Task, **said: str) -> Any:
    form = {"key": str(uuid.uuid4()), "shown_ms": "900", **said}
    return client.post(f"/review/{task.pk}/digits/", form, **JSON)


def test_the_page_says_the_digit_and_no_value(desk, numbers, as_):
    page = as_(desk.house.rita).get("/review/digits/").content.decode()
    assert '"sign": "7"' in page
    assert NUMBER not in page
    assert numbers[0].document.reference not in page


def test_tiles_are_fetched_and_a_field_is_settled(desk, numbers, as_):
    rita = as_(desk.house.rita)
    for at in SEVENS:
        assert rita.get(f"/review/{numbers[0].pk}/glyph/{at}.png")["Content-Type"] == "image/png"
    assert say(rita, numbers[0]).json() == {"saved": True}
    assert say(rita, numbers[1], odd="on").json() == {"saved": True}
    assert say(rita, numbers[2]).status_code == 409
    assert say(rita, numbers[2], key="none").status_code == 400
    states = [Task.objects.get(pk=task.pk).state for task in numbers]
    assert states == [State.DECIDED, State.OPEN, State.OPEN]


def test_for_digits_more_fields_are_taken_than_to_read_them(desk, as_):
    for _ in range(6):
        desk.bare_tasks(desk.paper(fields=("iban",)), 2)
    rita, held = as_(desk.house.rita), Task.objects.exclude(claim=None)
    rita.post("/review/claim/")
    assert held.count() == BATCH
    rita.post("/review/claim/", {"digits": "on"})
    more = held.count()
    assert more > BATCH
    rita.post("/review/claim/")
    assert held.count() == more  # none goes back


def test_without_a_claim_the_pages_lead_to_the_station(desk, as_):
    for mode in ("digits", "grid"):
        response = as_(desk.house.rita).get(f"/review/{mode}/")
        assert (response.status_code, response["Location"]) == (302, "/review/")
