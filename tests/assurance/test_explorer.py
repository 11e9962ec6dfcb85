"""Any mix of filters finds what it asks for, along an index, in a bounded walk."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from apps.audit import explorer, tallies
from apps.audit.explorer import REFUSED, Walk, Wanted
from apps.audit.groups import GROUPS, Group
from apps.audit.models import Event
from apps.audit.tags import Outcome, Tag
from apps.base.types import Actor
from tests.assurance.conftest import happen

RITA, REMY = Actor(f"user:{uuid.UUID(int=1)}"), Actor(f"user:{uuid.UUID(int=2)}")
ROOM, OTHER = uuid.UUID(int=3), uuid.UUID(int=4)
PAPER = uuid.UUID(int=5)

ASKED = {
    "actor": RITA,
    "document": PAPER,
    "tag": Tag.FIELD_REVEALED.value,
    "group": Group.SEEN.value,
    "outcome": REFUSED,
    "workspace": ROOM,
    "reason": "audit",
}


@pytest.fixture
def events(house):
    """Every mix of what can be asked for, each twice."""
    made = []
    for actor, document, tag, outcome, workspace, reason in itertools.product(
        (RITA, REMY),
        (PAPER, None),
        (Tag.FIELD_REVEALED, Tag.CROP_DELIVERED, Tag.KEY_MADE),
        (Outcome.DONE, Outcome.DENIED),
        (ROOM, OTHER),
        ("audit", "question"),
    ):
        about = {"document": document, "workspace": workspace, "reason": reason}
        made += happen(house.halden.pk, 2, tag=tag, actor=actor, outcome=outcome, **about)
    return made


def fits(event, wanted):
    asked = {
        "actor": wanted.actor in ("", event.actor),
        "document": wanted.document in (None, event.document),
        "tag": wanted.tag in ("", event.tag),
        "group": not wanted.group or event.tag in GROUPS[Group(wanted.group)],
        "outcome": not wanted.outcome or event.outcome != Outcome.DONE,
        "workspace": wanted.workspace in (None, event.workspace),
        "reason": wanted.reason in ("", event.reason),
    }
    return all(asked.values())


MIXES = [
    mix
    for length in range(len(ASKED) + 1)
    for mix in itertools.combinations(ASKED, length)
    if not {"tag", "group"} <= set(mix)
]


def test_every_mix_of_filters_finds_what_it_asks_for_and_nothing_else(house, events):
    for mix in MIXES:
        wanted = Wanted(**{name: ASKED[name] for name in mix})
        expected = [one.pk for one in reversed(events) if fits(one, wanted)]
        walk = Walk(wanted, house.halden.pk)
        found = [event.pk for event in walk.matching(10**4) if event.pk in {e.pk for e in events}]
        assert found == expected, mix


@pytest.mark.parametrize("lead", ["actor", "tag", "outcome", "workspace", "reason"])
def test_the_answer_is_the_same_whichever_filter_leads(house, events, monkeypatch, lead):
    wanted = Wanted(actor=RITA, group=Group.SEEN, outcome=REFUSED, workspace=ROOM, reason="audit")
    counts = dict.fromkeys(wanted.filters, 9) | {lead: 1}
    monkeypatch.setattr(tallies, "counted", lambda *_, **__: counts)
    walk = Walk(wanted, house.halden.pk)
    assert walk.lead == lead
    expected = [one.pk for one in reversed(events) if fits(one, wanted)]
    assert [event.pk for event in walk.matching(100)] == expected


def test_a_walk_ends_where_it_is_long_enough_and_the_next_goes_on_there(house, events):
    wanted = Wanted(actor=REMY, reason="audit", workspace=ROOM)
    expected = [one.pk for one in reversed(events) if fits(one, wanted)]
    found, before, walks = [], None, 0
    while walks == 0 or before:
        walk = Walk(wanted, house.halden.pk, before, most=7)
        found += [event.pk for event in walk.matching(7)]
        before, walks = walk.end(), walks + 1
    assert found == expected
    assert walks > 5


def test_several_kinds_are_walked_side_by_side_without_a_gap(house, events):
    wanted = Wanted(group=Group.SEEN, reason="audit")
    expected = [one.pk for one in reversed(events) if fits(one, wanted)]
    found, before = [], None
    for _ in range(1000):
        walk = Walk(wanted, house.halden.pk, before, most=3)
        found += [event.pk for event in walk.matching(3)]
        before = walk.end()
        if before is None:
            break
    assert found == expected


def test_a_page_that_walked_in_vain_says_how_far_it_looked(house, events, monkeypatch):
    monkeypatch.setattr(explorer, "WALK", 5)
    monkeypatch.setattr(Walk.__init__, "__kwdefaults__", {"most": 5})
    wanted = Wanted(actor=RITA, tag=Tag.KEY_MADE, reason="nothing")
    found = explorer.search(wanted, organisation=house.halden.pk, reader=RITA, count=10)
    assert found.events == []
    assert found.before is not None
    assert found.looked_to is not None


def test_a_range_begins_with_its_first_moment_and_ends_before_its_last(house, events):
    middle = events[len(events) // 2].at
    since = Wanted(actor=RITA, since=middle)
    until = Wanted(actor=RITA, until=middle)
    after = {event.pk for event in Walk(since, house.halden.pk).matching(10**4)}
    before = {event.pk for event in Walk(until, house.halden.pk).matching(10**4)}
    assert not after & before
    assert len(after | before) == sum(one.actor == RITA for one in events)


def test_what_does_not_exist_has_no_events(house, events):
    walk = Walk(Wanted(nothing=True), house.halden.pk)
    assert walk.matching(10) == []
    assert walk.end() is None


@pytest.mark.parametrize("mix", [mix for mix in MIXES if mix], ids="+".join)
def test_no_mix_reads_the_whole_table(house, mix):
    """With sequential reading forbidden, what is left of it has no index to go by."""
    wanted = Wanted(
        **{name: ASKED[name] for name in mix}, since=datetime.now(UTC) - timedelta(days=1)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = Walk(wanted, house.halden.pk).plan(50)
    assert "Seq Scan" not in plan
    assert "Index" in plan


@pytest.mark.parametrize(
    "asked", [{}, {"outcome": "done"}, *({name: ASKED[name]} for name in ASKED)], ids=str
)
def test_the_newest_come_first_without_sorting(house, asked):
    """The organisation's own index ends with the key, and so does that of every filter."""
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    wanted = Wanted(**asked)
    plan = Walk(wanted, house.halden.pk).plan(50)
    several = len(wanted.tags) > 1 or len(wanted.outcomes) > 1
    assert "trail_of_" in plan or "_idx" in plan
    assert plan.count("Sort  (") == several  # the ways that are walked side by side


def test_what_was_done_is_looked_for_among_everything(house, events):
    walk = Walk(Wanted(outcome="done"), house.halden.pk, most=10)
    newest = events[::-1][:10]
    assert walk.matching(50) == [event for event in newest if event.outcome == Outcome.DONE]
    assert walk.end() == newest[-1].pk


def test_the_trail_of_another_organisation_is_not_walked(house, events):
    happen(house.northmere.pk, actor=RITA)
    found = Walk(Wanted(actor=RITA), house.northmere.pk).matching(10)
    assert found == []
    assert Event.objects.filter(actor=RITA).count() == len(events) // 2
