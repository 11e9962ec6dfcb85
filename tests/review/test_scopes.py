"""Who is offered what, in which order: scopes, promises, and nobody left behind."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import Workspace
from apps.accounts.roles import Role
from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.review import services as review
from apps.review.models import Practice, Scope, Task
from apps.review.queue import waiting_for
from apps.review.rules import PROMISE
from apps.review.services.claims import BATCH
from tests.review.desk import IBAN
from tests.review.test_claims import claim, documents_with_tasks

MINUTE = timedelta(minutes=1)


def narrowed(desk, **scope):
    return review.assign(desk.house.rita, user=desk.house.lena, **scope)


# Scopes


def test_without_a_scope_everything_of_ones_workspaces_is_offered(desk):
    documents_with_tasks(desk, 2)
    assert review.scopes_of(desk.house.rita) == []
    assert len(claim(desk.house.rita)) == 2


@pytest.mark.parametrize(
    ("scope", "offered"),
    [
        ({"doctype": "invoice"}, {"a", "b", "c"}),
        ({"doctype": "letter"}, {"d"}),
        ({"kind": "iban"}, {"b"}),
        ({"language": "de"}, {"c"}),
        ({"tier": "high"}, {"e"}),
        ({"tier": "standard", "doctype": "letter"}, {"d"}),
        ({"tier": "high", "doctype": "letter"}, set()),
        ({"region": "EU"}, {"a", "b", "c", "d", "e"}),
        ({"region": "UK"}, set()),
        ({"doctype": "invoice", "language": "de", "kind": "text"}, {"c"}),
    ],
)
def test_a_scope_narrows_by_each_of_its_parts(desk, scope, offered):
    documents_with_tasks(desk, 1, 1, 1, 1, 1)
    tasks = list(Task.objects.order_by("created_at"))
    said = [
        {"doctype": "invoice", "kind": "text"},
        {"doctype": "invoice", "kind": "iban"},
        {"doctype": "invoice", "kind": "text", "language": "de"},
        {"doctype": "letter", "kind": "date"},
        {"doctype": "identity", "kind": "date"},
    ]
    for name, task, about in zip("abcde", tasks, said, strict=True):
        Task.objects.filter(pk=task.pk).update(name=name, **about)
    narrowed(desk, **scope)
    assert waiting_for(desk.house.rita).slits == len(offered)
    assert {task.name for task in claim(desk.house.rita)} == offered


def test_several_scopes_offer_what_any_of_them_names_once(desk):
    documents_with_tasks(desk, 2)
    narrowed(desk, doctype="letter")
    assert claim(desk.house.rita) == []
    narrowed(desk, doctype="invoice")
    narrowed(desk, workspace=desk.house.payable)
    assert len(claim(desk.house.rita)) == 2


def test_a_scope_gives_no_workspace_that_one_is_no_member_of(desk):
    documents_with_tasks(desk, 2, sender=desk.house.cleo, workspace=desk.house.people)
    Scope.objects.create(
        organisation_id=desk.house.halden.pk,
        reviewer=desk.house.rita,
        workspace=desk.house.people,
        assigned_by=desk.house.lena,
    )
    assert claim(desk.house.rita) == []


def test_a_scope_that_is_taken_away_narrows_nothing(desk):
    documents_with_tasks(desk, 1)
    scope = narrowed(desk, doctype="letter")
    review.unassign(scope, user=desk.house.lena)
    assert len(claim(desk.house.rita)) == 1


def test_assigning_twice_is_assigning_once(desk):
    assert narrowed(desk, doctype="letter") == narrowed(desk, doctype="letter")
    assert Event.objects.filter(tag=Tag.SCOPE_ASSIGNED).count() == 1


def test_only_leads_assign_and_only_people_they_share_a_workspace_with(desk):
    house = desk.house
    for person in (house.rita, house.clara, house.otto):
        with pytest.raises(NotAllowed):
            review.assign(house.remy, user=person)
    stranger = house.person("stan", Role.REVIEWER, house.people)
    for reviewer in (stranger, house.clara, house.mallory):
        with pytest.raises(NotFound):
            review.assign(reviewer, user=house.lena)
    with pytest.raises(NotFound):
        review.assign(house.rita, user=house.lena, workspace=house.people)


@pytest.mark.parametrize(
    "scope", [{"doctype": "novel"}, {"kind": "guess"}, {"language": "xx"}, {"tier": "secret"}]
)
def test_what_there_is_not_cannot_be_a_scope(desk, scope):
    with pytest.raises(NotPossible):
        narrowed(desk, **scope)


def test_the_language_of_a_document_is_on_its_tasks(desk):
    desk.lines = [*desk.lines, "Bitte zahlen Sie mit Angabe der Nummer und nicht vom Konto von"]
    document = desk.paper()
    assert document.reading.language == "de"
    assert set(document.tasks.values_list("language", flat=True)) == {"de"}


def test_a_task_says_what_a_scope_looks_for(desk):
    document = desk.paper(fields=("iban",))
    [task] = document.tasks.all()
    said = (task.doctype, task.name, task.kind, task.sender_id)
    assert said == ("invoice", "iban", "iban", desk.house.clara.pk)


# One field, down many documents


def test_a_claim_may_be_of_one_field(desk):
    for _ in range(3):
        desk.paper()
    review.claim(desk.house.rita, now=timezone.now(), field="iban")
    held = Task.objects.held_by(desk.house.rita, timezone.now())
    assert [task.name for task in held] == ["iban"] * 3


def test_the_grid_asks_for_a_field_by_its_name(desk, as_):
    desk.paper()
    rita, headers = as_(desk.house.rita), {"HTTP_ACCEPT": "application/json"}
    items = rita.post("/review/claim/", {"field": "iban"}, **headers).json()["items"]
    assert [item["value"] for item in items] == [IBAN]
    answer = rita.post("/review/claim/", {"field": "no such\x00thing"}, **headers)
    assert answer.status_code == 400


# Promises


def practice(desk, **said):
    said = {"workspace": desk.house.payable, "promise_minutes": None, "hides_value": None, **said}
    return review.set_practice(desk.house.lena, **said)


def test_a_task_is_due_when_it_was_promised(desk):
    practice(desk, promise_minutes=30)
    before = timezone.now()
    [task] = desk.paper(fields=("iban",)).tasks.all()
    assert before + 30 * MINUTE <= task.due_at <= timezone.now() + 30 * MINUTE


@pytest.mark.parametrize(
    ("rows", "minutes"),
    [
        ([], None),
        ([(None, "", 50)], 50),
        ([(None, "", 50), (None, "invoice", 40)], 40),
        ([(None, "invoice", 40), ("payable", "", 30)], 30),
        ([("payable", "", 30), ("payable", "invoice", 20)], 20),
        ([("payable", "letter", 20), (None, "", 50)], 50),
        ([("payable", "invoice", None), (None, "", 50)], 50),
    ],
)
def test_the_practice_that_names_most_holds(desk, rows, minutes):
    for room, doctype, promised in rows:
        room = desk.house.payable if room else None
        practice(desk, workspace=room, doctype=doctype, promise_minutes=promised)
    promise = review.manner_of(desk.house.payable.pk, "invoice").promise
    assert promise == (minutes * MINUTE if minutes else PROMISE)


def test_a_practice_set_again_is_changed_and_told(desk):
    practice(desk, promise_minutes=30)
    practice(desk, promise_minutes=60, hides_value=True)
    assert Practice.objects.count() == 1
    _, last = Event.objects.filter(tag=Tag.PRACTICE_SET).order_by("id")
    assert audit.facts_of(last)["promise_minutes"] == 60
    assert audit.facts_of(last)["hides_value"]


def test_only_leads_set_practices_and_only_of_their_workspaces(desk):
    nothing = {"promise_minutes": 30, "hides_value": None}
    with pytest.raises(NotAllowed):
        review.set_practice(desk.house.rita, workspace=None, **nothing)
    with pytest.raises(NotFound):
        practice(desk, workspace=desk.house.people)
    with pytest.raises(NotPossible):
        practice(desk, doctype="novel")


def test_the_database_keeps_promises_possible(desk):
    with pytest.raises(IntegrityError, match="promises_take_time"), transaction.atomic():
        practice(desk, promise_minutes=0)


def test_what_is_due_first_comes_first_and_of_those_the_oldest(desk):
    documents_with_tasks(desk, 1, 1, 1)
    old, urgent, new = Task.objects.order_by("created_at")
    now = timezone.now()
    for task, minutes in ((old, 60), (urgent, 5), (new, 60)):
        Task.objects.filter(pk=task.pk).update(due_at=now + minutes * MINUTE)
    held = Task.objects.filter(pk__in=[task.pk for task in claim(desk.house.rita)])
    assert list(held.order_by("due_at", "id")) == [urgent, old, new]


def test_a_stream_of_urgent_slits_starves_nobody(desk):
    """What was promised for an hour from now comes before what is promised for later."""
    [patient] = documents_with_tasks(desk, 1)
    start = timezone.now()
    Task.objects.filter(document=patient).update(due_at=start + 60 * MINUTE)
    waited = 0
    for minute in range(0, 70, 5):
        now = start + minute * MINUTE
        for document in documents_with_tasks(desk, 4, 4, 4):
            Task.objects.filter(document=document).update(due_at=now + 5 * MINUTE)
        taken = claim(desk.house.rita, now)
        assert len(taken) == BATCH
        Task.objects.filter(pk__in=[task.pk for task in taken]).update(
            state="withdrawn", claim=None, reader=None
        )
        if patient.pk in {task.document_id for task in taken}:
            break
        waited = minute
    assert waited <= 60
    assert not Task.objects.open().filter(document=patient).exists()


def test_a_workspace_of_many_takes_what_is_due_first_of_all(desk):
    house = desk.house
    both = Workspace.objects.create(organisation=house.halden, name="Legal")
    for workspace in (both,):
        house.rita.memberships.create(workspace=workspace)
        house.clara.memberships.create(workspace=workspace)
    documents_with_tasks(desk, 4, 4, 4, workspace=both)
    documents_with_tasks(desk, 4, 4, 4)
    for at, task in enumerate(Task.objects.order_by("?")):
        Task.objects.filter(pk=task.pk).update(due_at=timezone.now() + at * MINUTE)
    first = list(Task.objects.order_by("due_at").values_list("pk", flat=True))
    taken = {task.pk for task in claim(house.rita)}
    documents = {task.document_id for task in Task.objects.filter(pk__in=first[:4])}
    assert len(taken) == BATCH
    assert first[0] in taken and documents
