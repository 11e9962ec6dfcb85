"""Leases on slits: who is offered which, for how long, and what becomes of them."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed
from apps.base.scope import acting_for
from apps.intake.models import Document
from apps.review import services as review
from apps.review.models import Claim, Task
from apps.review.queue import waiting_for
from apps.review.rules import State, Verdict
from apps.review.services.claims import BATCH, LEASE, SAME_DOCUMENT
from tests.conftest import SYSTEM
from tests.review.desk import IBAN, Desk

SECOND = timedelta(seconds=1)


def documents_with_tasks(desk: Desk, *counts: int, **sent: object) -> list[Document]:
    """One document for each number of open tasks, oldest first."""
    documents = []
    for count in counts:
        documents.append(desk.send(**sent))
        desk.bare_tasks(documents[-1], count)
    return documents


def held(user: User, now: datetime | None = None) -> list[Task]:
    return list(Task.objects.open().held_by(user, now or timezone.now()).order_by("created_at"))


def claim(user: User, now: datetime | None = None) -> list[Task]:
    now = now or timezone.now()
    review.claim(user, now=now)
    return held(user, now)


# How many, and which


def test_twelve_are_taken_at_a_time_and_the_oldest_first(desk):
    documents = documents_with_tasks(desk, 4, 4, 4, 4)
    taken = claim(desk.house.rita)
    assert len(taken) == BATCH == 12
    assert {task.document_id for task in taken} == {document.pk for document in documents[:3]}


def test_at_most_four_are_of_one_document(desk):
    large, small = documents_with_tasks(desk, 9, 2)
    taken = claim(desk.house.rita)
    of = [task.document_id for task in taken]
    assert (of.count(large.pk), of.count(small.pk)) == (SAME_DOCUMENT, 2)


def test_asking_for_more_does_not_give_more_of_the_same_document(desk):
    [large] = documents_with_tasks(desk, 9)
    assert len(claim(desk.house.rita)) == SAME_DOCUMENT
    assert len(claim(desk.house.rita)) == SAME_DOCUMENT
    documents_with_tasks(desk, 3)
    of = [task.document_id for task in claim(desk.house.rita)]
    assert of.count(large.pk) == SAME_DOCUMENT
    assert len(of) == SAME_DOCUMENT + 3


def test_what_was_decided_makes_room_for_more(desk):
    documents_with_tasks(desk, 9)
    first = claim(desk.house.rita)
    Task.objects.filter(pk=first[0].pk).update(claim=None, state=State.WITHDRAWN)
    second = claim(desk.house.rita)
    assert len(second) == SAME_DOCUMENT
    assert {task.pk for task in second} >= {task.pk for task in first[1:]}


def test_a_second_tab_is_given_the_same_slits(desk):
    documents_with_tasks(desk, 4, 4, 4, 4)
    assert claim(desk.house.rita) == claim(desk.house.rita)
    assert Claim.objects.count() == 1


def test_where_nothing_waits_there_is_no_claim(desk):
    assert review.claim(desk.house.rita, now=timezone.now()) is None
    assert not Claim.objects.exists()


def test_the_database_keeps_one_open_claim_a_reviewer(desk):
    documents_with_tasks(desk, 1)
    claim(desk.house.rita)
    about = {"organisation_id": desk.house.halden.pk, "until": timezone.now()}
    with pytest.raises(IntegrityError, match="one_open_claim_a_reviewer"), transaction.atomic():
        Claim.objects.create(reviewer=desk.house.rita, **about)


# Of two reviewers each gets others


def test_what_one_holds_another_is_not_offered(desk):
    documents_with_tasks(desk, 4, 4, 4, 4, 4)
    hers, his = claim(desk.house.rita), claim(desk.house.remy)
    assert (len(hers), len(his)) == (12, 8)
    assert not {task.pk for task in hers} & {task.pk for task in his}


# Who is offered what


def test_only_reviewers_take_slits(desk):
    documents_with_tasks(desk, 1)
    for person in (desk.house.clara, desk.house.otto, desk.house.carl, desk.house.mallory):
        with pytest.raises(NotAllowed):
            claim(person)


def test_slits_of_another_workspace_are_not_offered(desk):
    documents_with_tasks(desk, 2, sender=desk.house.cleo, workspace=desk.house.people)
    assert claim(desk.house.rita) == []
    assert waiting_for(desk.house.rita).slits == 0


def test_slits_of_another_organisation_are_not_offered(desk):
    house = desk.house
    with acting_for(house.northmere.pk):
        documents_with_tasks(desk, 2, sender=house.mallory, workspace=house.elsewhere)
    accounts.set_roles(house.mallory, roles=[Role.REVIEWER], actor=SYSTEM)
    mallory = User.objects.get(pk=house.mallory.pk)
    documents_with_tasks(desk, 1)
    assert claim(mallory) == []  # even within Halden's scope
    assert len(claim(house.rita)) == 1


def test_nobody_is_offered_slits_of_what_they_sent(desk):
    both = desk.house.person("bo", Role.SENDER, desk.house.payable)
    accounts.set_roles(both, roles=[Role.SENDER, Role.REVIEWER], actor=SYSTEM)
    both = User.objects.get(pk=both.pk)
    [own] = documents_with_tasks(desk, 2, sender=both)
    [hers] = documents_with_tasks(desk, 1)
    assert waiting_for(both).slits == 1
    assert {task.document_id for task in claim(both)} == {hers.pk}
    assert waiting_for(both).slits == 0  # what is held waits for nobody
    assert {task.document_id for task in claim(desk.house.rita)} == {own.pk}


def test_escalated_slits_are_for_leads(desk):
    documents_with_tasks(desk, 2)
    escalated = Task.objects.earliest("created_at")
    Task.objects.filter(pk=escalated.pk).update(escalated=True)
    assert escalated not in claim(desk.house.rita)
    assert claim(desk.house.lena) == [escalated]


def test_what_a_reviewer_skipped_is_for_others(desk):
    desk.paper(fields=("iban",))
    task = desk.take(desk.house.rita)["iban"]
    answer = review.Answer(task.pk, Verdict.SKIPPED)
    review.skip(task, answer, user=desk.house.rita, now=timezone.now())
    assert claim(desk.house.rita) == []
    assert claim(desk.house.remy) == [task]


def test_what_is_counted_can_be_taken(desk):
    documents_with_tasks(desk, 3, 2)
    Task.objects.filter(pk=Task.objects.earliest("created_at").pk).update(escalated=True)
    waiting = {name: waiting_for(getattr(desk.house, name)) for name in ("rita", "lena", "otto")}
    assert {name: one.slits for name, one in waiting.items()} == {"rita": 4, "lena": 5, "otto": 0}
    assert waiting["lena"].escalated == 1
    assert len(claim(desk.house.lena)) == 5


# How long


def test_a_claim_ends_by_itself_and_its_slits_go_back(desk):
    documents_with_tasks(desk, 3)
    now = timezone.now()
    taken = claim(desk.house.rita, now)
    assert held(desk.house.rita, now + LEASE - SECOND) == taken
    assert held(desk.house.rita, now + LEASE) == []
    assert claim(desk.house.remy, now + LEASE - SECOND) == []
    assert claim(desk.house.remy, now + LEASE) == taken
    assert Claim.objects.get(reviewer=desk.house.rita).ended_at == now + LEASE


def test_a_sign_of_life_renews_the_claim(desk):
    documents_with_tasks(desk, 3)
    now = timezone.now()
    taken = claim(desk.house.rita, now)
    later = now + LEASE - SECOND
    renewed = review.heartbeat(desk.house.rita, now=later)
    assert renewed.until == later + LEASE
    assert held(desk.house.rita, now + LEASE) == taken


def test_a_sign_of_life_that_comes_too_late_renews_nothing(desk):
    documents_with_tasks(desk, 3)
    now = timezone.now()
    claim(desk.house.rita, now)
    assert review.heartbeat(desk.house.rita, now=now + LEASE) is None
    assert review.heartbeat(desk.house.remy, now=now) is None


def test_taking_more_renews_the_claim(desk):
    documents_with_tasks(desk, 1)
    now = timezone.now()
    claim(desk.house.rita, now)
    claim(desk.house.rita, now + LEASE - SECOND)
    assert held(desk.house.rita, now + LEASE)


def test_leaving_gives_back_what_was_not_decided(desk):
    documents_with_tasks(desk, 3)
    taken = claim(desk.house.rita)
    assert review.release(desk.house.rita, now=timezone.now()) == 3
    assert review.release(desk.house.rita, now=timezone.now()) == 0
    assert claim(desk.house.remy) == taken


@pytest.mark.parametrize("how", ["release", "expiry"])
def test_when_a_claim_ends_what_was_decided_is_final(desk, how):
    document = desk.paper()
    now = timezone.now()
    desk.decide(desk.take(desk.house.rita, now)["iban"], IBAN, now=now)
    if how == "release":
        review.release(desk.house.rita, now=now)
    else:
        review.release_expired(now=now + LEASE)
    states = {task.field.name: task.state for task in document.tasks.all()}
    assert states == {"iban": State.SEALED, "invoice_number": State.OPEN}


def test_taking_and_giving_back_is_recorded_for_each_slit(desk):
    documents_with_tasks(desk, 3)
    claim(desk.house.rita)
    review.release(desk.house.rita, now=timezone.now())
    told = Event.objects.filter(tag__in=(Tag.TASK_CLAIMED, Tag.TASK_RELEASED)).order_by("id")
    assert [event.tag for event in told] == [Tag.TASK_CLAIMED] * 3 + [Tag.TASK_RELEASED] * 3
    assert {event.actor for event in told} == {desk.house.rita.actor}
