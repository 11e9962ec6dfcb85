"""Known answers: told from real slits by nothing that is sent, and of no record."""

import json
import random
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.base.ids import born_at
from apps.extraction.models import Content
from apps.extraction.synthetic import Drawn
from apps.review import ladder
from apps.review import services as review
from apps.review.ladder import RUNGS
from apps.review.lookalikes import differs_slightly
from apps.review.models import (
    Claim,
    Confusion,
    Decision,
    KnownAnswer,
    Lesson,
    Pause,
    Task,
)
from apps.review.queue import waiting_for
from apps.review.rules import Reason, State, Verdict
from apps.review.services import Answer, mixing, pool
from apps.review.services.claims import BATCH
from apps.review.services.slits import SYSTEM
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from tests.conftest import SYSTEM as TESTER
from tests.intake.browsers import JSON
from tests.review.desk import IBAN, NUMBER

TRUTH, WRONG = "KX-90412-RQ", "KX-90472-RQ"


@pytest.fixture(autouse=True)
def all_lots_fall(settings, monkeypatch):
    settings.KNOWN_ANSWERS_PER_MILLE = 30
    monkeypatch.setattr(mixing, "chance", Certain())


class Certain(random.Random):
    """A lot that always falls."""

    def random(self) -> float:
        return 0.0


def known(desk, *, name="invoice_number", value=WRONG, truth=TRUTH, doctype="invoice"):
    """A known answer as the pool keeps it: the slit is a real one's, so that all is alike."""
    example = Task.objects.real().exclude(crop=None).first() or desk.paper().tasks.first()
    with vault.open(example.crop, actor=SYSTEM, purpose="test") as picture:
        png = picture.read()
    page = example.paper.drawn.get(number=1)
    one = KnownAnswer(
        organisation_id=desk.house.halden.pk,
        paper=uuid.uuid4(),
        image=page.image,
        layout=page.layout,
        boxes=example.field.boxes,
        doctype=doctype,
        name=name,
        kind="reference" if name == "invoice_number" else "iban",
        reason=Reason.LOW_CONFIDENCE,
        page=1,
        geometry={**example.geometry, "page": 1},
        planted=value != truth,
    )
    one.crop = vault.seal(
        png,
        kind=ArtifactClass.CROP,
        organisation=one.organisation_id,
        document=one.paper,
        actor=SYSTEM,
    )
    cipher = vault.open_values(one.paper, organisation=one.organisation_id, actor=SYSTEM)
    glyphs = tuple((sign, 0.6 if sign == "7" else 0.99, 0.2 + at / 90, 0.21 + at / 90)
                   for at, sign in enumerate(value))  # fmt: skip
    one.seal(Content(value, value, (), glyphs), Content(truth, truth), cipher)
    one.save(force_insert=True)
    return one


def take(desk, user: User | None = None, **about) -> dict[bool, list[Task]]:
    """What the person holds after taking slits: real ones, and known answers."""
    user = user or desk.house.rita
    review.claim(user, now=timezone.now(), **about)
    held = Task.objects.open().held_by(user, timezone.now())
    return {
        False: [task for task in held if task.known_id is None],
        True: [task for task in held if task.known_id is not None],
    }


@pytest.fixture
def mixed(desk) -> tuple[Task, Task]:
    """A real slit and a known answer, both of an invoice number, in Rita's hands."""
    desk.paper(fields=("invoice_number",))
    known(desk)
    held = take(desk)
    [real], [test] = held[False], held[True]
    return real, test


def answer(desk, task: Task, value: str, **about) -> Decision:
    return desk.decide(task, value, user=desk.house.rita, **about)


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
        assert len(take(desk, person)[True]) == given


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


# How well people read


@pytest.mark.parametrize(("value", "met"), [(TRUTH, True), (TRUTH.lower(), True), (WRONG, False)])
def test_an_answer_meets_the_known_one_or_misses_it(desk, mixed, value, met):
    assert answer(desk, mixed[1], value).met is met


def test_that_nothing_is_written_there_misses_it(desk, mixed):
    assert answer(desk, mixed[1], "").met is False


def test_real_slits_meet_nothing(desk, mixed):
    assert answer(desk, mixed[0], NUMBER).met is None


def test_a_lead_sees_how_each_reads_each_kind_of_field(desk, mixed):
    real, test = mixed
    answer(desk, real, NUMBER, shown_ms=2000)
    answer(desk, test, WRONG, shown_ms=1000)
    [one] = review.figures_of([desk.house.rita, desk.house.remy], now=timezone.now())
    assert (one.reviewer, one.kind, one.seconds) == (desk.house.rita, real.kind, 1.5)
    assert (one.accuracy.met, one.accuracy.answered) == (0, 1)


def test_what_was_taken_back_does_not_count(desk, mixed):
    answer(desk, mixed[1], WRONG)
    review.undo(desk.house.rita, now=timezone.now())
    assert review.figures_of([desk.house.rita], now=timezone.now()) == []


def quality(desk, **said):
    said = {"known_share": 0.03, "tells_misses": False, "floor": 0.8, **said}
    return review.set_quality(desk.house.lena, **said)


def test_a_miss_is_told_only_where_the_rule_says_so(desk, mixed, as_):
    _, test = mixed
    rita = as_(desk.house.rita)
    said = {"key": uuid.uuid4(), "value": WRONG}
    assert rita.post(f"/review/{test.pk}/decide/", said, **JSON).json() == {"saved": True}


def test_a_miss_that_is_told_cannot_be_taken_back(desk, mixed, as_):
    quality(desk, tells_misses=True)
    real, test = mixed
    rita = as_(desk.house.rita)
    answer(desk, real, NUMBER)
    said = {"key": uuid.uuid4(), "value": WRONG}
    told = rita.post(f"/review/{test.pk}/decide/", said, **JSON).json()
    assert TRUTH in told["feedback"]["text"]
    assert rita.post(f"/review/{test.pk}/decide/", said, **JSON).json() == told  # sent again
    assert review.undo(desk.house.rita, now=timezone.now()).pk == real.pk


def test_a_hit_is_not_told(desk, mixed, as_):
    quality(desk, tells_misses=True)
    said = {"key": uuid.uuid4(), "value": TRUTH}
    answered = as_(desk.house.rita).post(f"/review/{mixed[1].pk}/decide/", said, **JSON)
    assert answered.json() == {"saved": True}


@pytest.mark.parametrize("said", [{"known_share": 0.06}, {"known_share": -0.1}, {"floor": 1.0}])
def test_the_database_keeps_the_rule_within_reason(desk, said):
    with pytest.raises(IntegrityError), transaction.atomic():
        quality(desk, **said)


def test_only_leads_say_how_reviewers_are_made_sure_of(desk):
    with pytest.raises(NotAllowed):
        review.set_quality(desk.house.rita, known_share=0.0, tells_misses=False, floor=0.0)


# Pauses


def miss(desk, times: int) -> None:
    for _ in range(times):
        known(desk)
        desk.bare_tasks(desk.send(), 1)
    Task.objects.real().update(name="invoice_number")
    for task in take(desk)[True]:
        answer(desk, task, WRONG)


@pytest.fixture
def paused(desk):
    desk.paper(fields=("invoice_number",))
    miss(desk, 10)
    return desk.house.rita


def test_too_many_misses_pause_a_person(desk, paused):
    [rest] = Pause.objects.filter(reviewer=paused)
    assert (rest.because, rest.ended_at) == ("known answers", None)
    assert Event.objects.filter(tag=Tag.REVIEWER_PAUSED, subject=str(paused.pk)).count() == 1


def test_a_few_misses_pause_nobody(desk):
    desk.paper(fields=("invoice_number",))
    miss(desk, 5)
    assert not Pause.objects.exists()


def test_who_is_paused_is_told_at_every_door(desk, paused, as_):
    rita = as_(paused)
    task = Task.objects.real().filter(claim__reviewer=paused).first()
    doors = ["claim/", "heartbeat/", f"{task.pk}/decide/", f"{task.pk}/skip/"]
    for door in doors:
        said = {"key": uuid.uuid4(), "value": NUMBER}
        answered = rita.post(f"/review/{door}", said, **JSON)
        assert answered.status_code == 409, door
        assert "paused" in answered.json()["message"]


def test_a_lead_lets_a_person_go_on_and_old_misses_count_no_more(desk, paused):
    house = desk.house
    review.resume(paused, user=house.lena, now=timezone.now())
    assert review.claim(paused, now=timezone.now()) is not None
    known(desk)
    desk.bare_tasks(desk.send(), 1)
    Claim.objects.update(ended_at=timezone.now())
    Task.objects.update(claim=None)
    for task in take(desk)[True]:
        answer(desk, task, WRONG)
    assert not Pause.objects.filter(ended_at=None).exists()


def test_nobody_lets_themselves_go_on(desk):
    house = desk.house
    review.pause(house.lena, user=house.lena)
    with pytest.raises(NotPossible):
        review.resume(house.lena, user=house.lena, now=timezone.now())
    with pytest.raises(IntegrityError, match="somebody_else"), transaction.atomic():
        Pause.objects.update(ended_at=timezone.now(), ended_by=house.lena)


def test_only_leads_pause_and_only_whom_they_work_with(desk):
    house = desk.house
    with pytest.raises(NotAllowed):
        review.pause(house.remy, user=house.rita)
    stranger = house.person("stan", Role.REVIEWER, house.people)
    with pytest.raises(NotFound):
        review.pause(stranger, user=house.lena)
    with pytest.raises(NotPossible):
        review.resume(house.remy, user=house.lena, now=timezone.now())
    accounts.set_roles(house.remy, roles=[Role.SENDER], actor=TESTER)
    with pytest.raises(NotFound):
        review.pause(User.objects.get(pk=house.remy.pk), user=house.lena)


# The pool


@pytest.fixture
def drawn(desk, monkeypatch) -> None:
    """What is drawn is the desk's own paper, with the truth of two of its fields."""
    truth = {"invoice_number": NUMBER, "iban": IBAN.replace("37", "87")}
    paper = Drawn("paper.jpg", "image/jpeg", b"", "invoice", truth)
    monkeypatch.setattr(pool, "draw", lambda *_, **__: paper)
    monkeypatch.setattr(pool, "_kinds", lambda: {"invoice": ("invoice",), "letter": ("letter",)})


def test_the_pool_holds_what_people_are_asked_about(desk, drawn):
    assert review.refill(desk.house.halden.pk, now=timezone.now(), documents=3) == 0
    desk.paper()
    made = review.refill(desk.house.halden.pk, now=timezone.now(), documents=8, seed=1)
    rows = list(KnownAnswer.objects.all())
    assert made == len(rows) == 16
    assert {row.doctype for row in rows} == {"invoice"}
    assert {row.name for row in rows} == {"invoice_number", "iban"}
    assert {row.planted for row in rows} == {True, False}


def test_a_planted_suggestion_is_wrong_and_the_truth_is_among_other_readings(desk, drawn):
    desk.paper()
    review.refill(desk.house.halden.pk, now=timezone.now(), documents=8, seed=1)
    for one in KnownAnswer.objects.filter(name="invoice_number"):
        cipher = vault.open_values(one.paper, organisation=one.organisation_id, actor=SYSTEM)
        suggested, truth = one.content(cipher), one.answer(cipher)
        assert truth.value == NUMBER
        assert (suggested.value != NUMBER) is one.planted
        if one.planted:
            assert suggested.others[0] == NUMBER
            assert differs_slightly(suggested.value, NUMBER, most=1)
            assert "".join(glyph[0] for glyph in suggested.glyphs) == suggested.value


def test_what_the_engine_misread_is_known_by_its_truth(desk, drawn):
    desk.paper()
    review.refill(desk.house.halden.pk, now=timezone.now(), documents=1, seed=1)
    one = KnownAnswer.objects.get(name="iban")
    cipher = vault.open_values(one.paper, organisation=one.organisation_id, actor=SYSTEM)
    assert (one.content(cipher).value, one.answer(cipher).value) == (IBAN, IBAN.replace("37", "87"))
    assert not one.planted


def test_a_class_with_enough_of_them_gets_no_more(desk, drawn, monkeypatch):
    desk.paper()
    monkeypatch.setattr(pool, "ENOUGH", 2)
    assert review.refill(desk.house.halden.pk, now=timezone.now(), documents=8, seed=1) == 2


def test_where_none_are_wanted_none_are_made(desk, settings):
    settings.KNOWN_ANSWERS_PER_MILLE = 0
    desk.paper()
    assert review.refill(desk.house.halden.pk, now=timezone.now(), documents=3, seed=1) == 0


def test_what_lost_its_slit_is_retired_with_its_values(desk, mixed):
    _, test = mixed
    vault.shred(test.known.crop, actor=SYSTEM, reason="policy")
    review.refill(desk.house.halden.pk, now=timezone.now(), documents=0)
    test.known.refresh_from_db()
    assert (test.known.suggested, test.known.truth) == (None, None)
    assert test.known.retired_at
    assert Task.objects.get(pk=test.pk).state == State.WITHDRAWN
