"""What a claim, a decision and a sign of life ask of the database, however much waits."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.review import services as review
from apps.review.models import Task
from apps.review.queue import waiting_for
from tests.review.desk import NUMBER
from tests.review.test_claims import documents_with_tasks
from tests.review.test_scopes import narrowed


def fresh(user: User) -> User:
    """As each request knows a person: with no rights looked up yet."""
    return User.objects.get(pk=user.pk)


def asked(work) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        work()
    return [one["sql"] for one in seen.captured_queries]


def test_a_claim_costs_the_same_however_much_it_takes(desk):
    rita, remy = fresh(desk.house.rita), fresh(desk.house.remy)
    documents_with_tasks(desk, 1)
    few = asked(lambda: review.claim(rita, now=timezone.now()))
    documents_with_tasks(desk, 4, 4, 4, 4, 4)
    many = asked(lambda: review.claim(remy, now=timezone.now()))
    assert len(many) <= len(few) <= 15


def test_a_decision_costs_the_same_however_many_came_before(desk):
    for _ in range(12):
        desk.paper(fields=("invoice_number",))
    desk.take(desk.house.rita)
    costs = []
    for task in Task.objects.open().held_by(desk.house.rita, timezone.now()):
        rita = fresh(desk.house.rita)
        costs.append(len(asked(lambda task=task, who=rita: desk.decide(task, NUMBER, user=who))))
    assert len(costs) == 12 and len(set(costs)) == 1 and costs[0] <= 12


def test_what_waits_is_counted_in_one_question_however_many_lanes_there_are(desk):
    documents_with_tasks(desk, 4, 4)
    documents_with_tasks(desk, 2, sender=desk.house.cleo, workspace=desk.house.people)
    rita = fresh(desk.house.rita)
    rita.memberships.create(workspace=desk.house.people)
    for kind in ("iban", "amount"):
        narrowed(desk, kind=kind)
    [question] = [one for one in asked(lambda: waiting_for(rita)) if "review_task" in one]
    assert question.count("UNION") == 3


def test_a_sign_of_life_costs_little(desk):
    documents_with_tasks(desk, 4)
    review.claim(desk.house.rita, now=timezone.now())
    rita = fresh(desk.house.rita)
    assert len(asked(lambda: review.heartbeat(rita, now=timezone.now()))) <= 6
