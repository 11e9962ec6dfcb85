"""What a browser may send that makes no sense any more, or never did."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.scope import acting_for
from apps.intake.services import job_of
from apps.jobs.flow import State as JobState
from apps.retention import services as retention
from apps.review import services as review
from apps.review.models import Claim, Decision, Task
from apps.review.rules import State
from tests.intake.browsers import JSON
from tests.review.desk import IBAN, NUMBER


@pytest.fixture
def held(desk) -> dict[str, Task]:
    desk.paper()
    return desk.take(desk.house.rita)


@pytest.fixture
def rita(desk, as_) -> Client:
    return as_(desk.house.rita)


def decide(client: Client, task: object, **said: object):
    form = {"key": uuid.uuid4(), "value": IBAN, "shown_ms": 900, **said}
    return client.post(f"/review/{getattr(task, 'pk', task)}/decide/", form, **JSON)


def names(client: Client) -> set[str]:
    return {item["name"] for item in client.post("/review/claim/", **JSON).json()["items"]}


# Withdrawal


def test_what_a_sender_deletes_leaves_an_open_station_with_its_next_sign_of_life(desk, held, rita):
    other = desk.paper(fields=("iban",))
    review.claim(desk.house.rita, now=timezone.now())
    before = rita.post("/review/heartbeat/", **JSON).json()["held"]
    retention.delete(held["iban"].document, user=desk.house.clara)
    after = rita.post("/review/heartbeat/", **JSON).json()["held"]
    assert len(before) == 3
    assert after == [str(other.tasks.get().pk)]


def test_consent_that_was_taken_back_leaves_nothing_to_decide_or_to_see(desk, held, rita):
    retention.withdraw(held["iban"].document, user=desk.house.clara)
    assert decide(rita, held["iban"]).status_code in (404, 409)
    assert rita.get(f"/review/{held['iban'].pk}/crop.png").status_code in (404, 410)
    assert names(rita) == set()
    assert not Decision.objects.exists()


def test_without_consent_to_manual_review_nobody_is_asked(desk):
    desk.two_readers = True
    assert not desk.delivered().tasks.exists()


# Tabs, and the way back


def test_a_second_tab_finds_what_the_first_one_has_left(desk, held, rita):
    decide(rita, held["iban"])
    assert names(rita) == {"Invoice number"}


def test_the_way_back_to_a_decided_slit_decides_nothing_again(held, rita):
    assert decide(rita, held["iban"]).status_code == 200
    assert decide(rita, held["iban"], value=NUMBER).status_code == 409
    assert Decision.objects.filter(task=held["iban"]).count() == 1


def test_undo_in_one_tab_and_a_decision_in_another_leave_one_word(desk, held, rita):
    decide(rita, held["iban"])
    assert rita.post("/review/undo/", **JSON).status_code == 200
    assert decide(rita, held["iban"]).status_code == 200
    standing = Decision.objects.filter(task=held["iban"], undone=False)
    assert [one.pk for one in standing] == [Task.objects.get(pk=held["iban"].pk).decision_id]


# Offline, and wrong clocks


def test_what_was_decided_offline_is_saved_when_it_comes_within_the_lease(desk, rita):
    for _ in range(3):
        desk.paper(fields=("iban",))
    held = rita.post("/review/claim/", **JSON).json()["items"]
    late = timezone.now() + timedelta(seconds=70)
    review.seal_late(now=late, actor=desk.house.rita.actor)
    assert [decide(rita, item["id"]).status_code for item in held] == [200, 200, 200]


def test_what_comes_after_the_lease_is_refused_and_another_may_decide_it(desk, held, rita, as_):
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
    answered = decide(rita, held["iban"])
    assert (answered.status_code, "ran out" in answered.json()["message"]) == (409, True)
    remy = as_(desk.house.remy)
    assert names(remy) == {"IBAN", "Invoice number"}
    assert decide(rita, held["iban"]).status_code in (404, 409)
    assert decide(remy, held["iban"]).status_code == 200
    assert Decision.objects.get(task=held["iban"]).reviewer == desk.house.remy


@pytest.mark.parametrize("shown", ["-1", "99999999999", "soon", "1e9", "nan"])
def test_a_clock_that_is_wrong_saves_nothing_and_is_named(held, rita, shown):
    answered = decide(rita, held["iban"], shown_ms=shown)
    assert (answered.status_code, answered.json()["message"]) == (400, "Not saved: shown_ms.")
    assert not Decision.objects.exists()


# Forged and foreign


def test_ids_that_nobody_gave_out_are_not_there(rita, held):
    for wrong in (uuid.uuid4(), uuid.UUID(int=0), "1", "../x"):
        assert decide(rita, wrong).status_code == 404


def test_the_key_of_somebody_elses_decision_opens_nothing(desk, held, rita, as_):
    key = uuid.uuid4()
    decide(rita, held["iban"], key=key)
    desk.paper(fields=("iban",))
    remy = as_(desk.house.remy)
    [item] = remy.post("/review/claim/", **JSON).json()["items"]
    answered = decide(remy, item["id"], key=key)
    assert answered.status_code == 409
    assert IBAN not in answered.content.decode()


def test_a_task_of_another_organisation_is_not_there(desk, rita, held):
    house = desk.house
    with acting_for(house.northmere.pk):
        foreign = desk.paper(sender=house.mallory, workspace=house.elsewhere).tasks.first()
    assert decide(rita, foreign).status_code == 404
    assert rita.get(f"/review/{foreign.pk}/crop.png").status_code == 404


def test_another_reviewers_slit_is_not_there_and_nothing_tells_that_it_was(desk, held, as_):
    remy = as_(desk.house.remy)
    real = remy.get(f"/review/{held['iban'].pk}/crop.png", **JSON)
    guess = remy.get(f"/review/{uuid.uuid4()}/crop.png", **JSON)
    assert (real.status_code, real.content) == (guess.status_code, guess.content)
    assert not Event.objects.filter(tag=Tag.CROP_DELIVERED).exists()


@pytest.mark.parametrize("value", ["x" * 501, "\x00", "\u202e\u200b", "   ", "a\x1b[2Jb" * 120])
def test_values_that_are_none_are_refused_and_not_echoed(held, rita, value):
    answered = decide(rita, held["invoice_number"], value=value, overrides="on")
    assert answered.status_code in (400, 409)
    assert value.strip() not in answered.json()["message"] or not value.strip()
    assert not Decision.objects.exists()


def test_a_station_cannot_claim_a_slit_to_be_as_suggested_when_it_is_not(desk, held, rita):
    decide(rita, held["invoice_number"], value="KX-1", suggested="on")
    assert Decision.objects.get().right is False


# Leaving


@pytest.mark.parametrize("address", ["/sign-out/"])
def test_signing_out_gives_back_what_was_taken_and_makes_final_what_was_said(
    desk, held, rita, address
):
    decide(rita, held["iban"])
    rita.post(address)
    states = dict(Task.objects.values_list("name", "state"))
    assert states == {"iban": State.SEALED, "invoice_number": State.OPEN}
    assert not Task.objects.open().exclude(claim=None).exists()
    assert not Claim.objects.filter(ended_at=None).exists()


def test_going_quiet_gives_back_as_well(desk, held, rita, settings):
    settings.QUIET_SECONDS = 0
    session = rita.session
    session["last_seen"] = 1.0
    session.save()
    rita.get("/review/")
    assert not Claim.objects.filter(ended_at=None).exists()


def test_a_role_that_was_taken_away_ends_at_the_next_step(desk, held, rita):
    desk.house.rita.groups.clear()
    assert decide(rita, held["iban"]).status_code == 403
    assert rita.get(f"/review/{held['iban'].pk}/crop.png").status_code == 403
    assert not Decision.objects.exists()


def test_whoever_sends_and_reviews_is_never_given_their_own(desk, as_):
    house = desk.house
    both = house.person("bo", Role.SENDER, house.payable)
    User.objects.get(pk=both.pk).groups.add(*house.rita.groups.all())
    both = User.objects.get(pk=both.pk)
    document = desk.paper(sender=both)
    assert names(as_(both)) == set()
    assert job_of(document).state == JobState.PARKED
