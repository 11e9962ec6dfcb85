"""Whatever the policy says and whatever happens, each part goes at its time and no other."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.intake.models import Document
from apps.retention import services as retention
from apps.retention.models import Disposal, Scope
from apps.retention.policy import Action, Policy, Rule, Start
from apps.vault.models import Artifact
from tests.delivery.papers import clear

KINDS = ("original", "page image", "fields", "result")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
lengths = st.integers(0, 60).map(lambda days: days * DAY)
rules = st.fixed_dictionaries(
    {
        kind: st.tuples(
            st.sampled_from([Start.RECEIVED, Start.READ, Start.DELIVERED, Start.EVENT]),
            lengths,
            lengths,
        )
        for kind in KINDS
    }
)
looked = st.fixed_dictionaries(
    {kind: st.sampled_from(("erase", "wait", "agree")) for kind in KINDS}
)
exceptions = st.dictionaries(st.sampled_from((*KINDS, "")), st.integers(1, 80), max_size=2)
looks = st.lists(st.integers(0, 90), min_size=1, max_size=5).map(sorted)


@pytest.fixture
def document(desk) -> Document:
    return clear(desk)


def oracle(document: Document, said: tuple[Start, timedelta, timedelta]) -> datetime:
    """When a part is due, worked out from its rule by hand."""
    start, keep, at_most = said
    began = {
        Start.RECEIVED: document.created_at,
        Start.READ: document.reading.created_at,
        Start.DELIVERED: document.result.created_at,
    }.get(start)
    ceiling = document.created_at + at_most
    return ceiling if began is None else min(ceiling, began + keep)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=rules, longer=exceptions, held=st.booleans(), days=looks, looked=looked)
def test_nothing_outlives_its_clock_and_nothing_goes_before_it(
    desk, document, said, longer, held, days, looked
):
    with transaction.atomic():
        _happen(desk, document, said, longer, held, days, looked)
        transaction.set_rollback(True)


def _happen(desk, document, said, longer, held, days, looked) -> None:
    house, now = desk.house, timezone.now()
    policy = Policy("random", 1, [_rule(kind, said[kind], looked[kind]) for kind in KINDS])
    until = {}
    for kind, many in longer.items():
        [made] = retention.except_(
            [document.reference],
            kind=kind,
            until=(now + many * DAY).date(),
            reason="Audit.",
            user=house.rosa,
        )
        until[kind] = made.until
    if held:
        wanted = retention.Wanted(
            Scope.PERSON, "Dispute", "Court.", "Counsel", person=house.clara.pk
        )
        retention.place(wanted, user=house.carl)
    retention.wind(document, policy=policy)
    due = {kind: oracle(document, said[kind]) for kind in KINDS}
    for kind in KINDS:
        extra = [until[key] for key in (kind, "") if key in until]
        due[kind] = max([due[kind], *extra])
    for day in days:
        at = now + day * DAY + HOUR
        _agree(house, [kind for kind in KINDS if looked[kind] == "agree"], at)
        retention.erase_due(now=at)
        alive = Artifact.objects.of_document(document.pk).alive()
        left = set(alive.values_list("kind", flat=True))
        waits = {kind for kind in KINDS if looked[kind] == "wait"}
        assert left == {kind for kind in KINDS if held or due[kind] > at or kind in waits}


def _rule(kind, said, looked: str) -> Rule:
    action = Action.ERASE if looked == "erase" else Action.REVIEW
    return Rule(kind, *said, "Because.", action=action)


def _agree(house, kinds: list[str], at: datetime) -> None:
    """Rosa agrees to what has run out of these classes; the others nobody looks at."""
    due = Disposal.objects.due(at).filter(kind__in=kinds)
    if pks := list(due.values_list("pk", flat=True)):
        retention.agree(pks, user=house.rosa, now=at)
