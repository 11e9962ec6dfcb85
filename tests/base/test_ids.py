"""Identifiers that sort by age."""

import itertools
import time
import uuid
from datetime import timedelta

from apps.base.ids import born_at, first_at, uuid7

INSTANT = 1_800_000_000_000_000_000  # nanoseconds since 1970


def test_it_is_a_uuid_of_version_7():
    made = uuid7()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_its_first_bits_are_the_milliseconds_since_1970():
    before = time.time_ns() // 1_000_000
    made = uuid7().int >> 80
    assert before <= made <= time.time_ns() // 1_000_000


def test_what_is_made_later_sorts_later_also_within_a_millisecond(monkeypatch):
    clock = itertools.count(INSTANT, 500)
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))
    made = [uuid7() for _ in range(5000)]
    assert made == sorted(made)


def test_two_made_at_the_same_instant_differ(monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: INSTANT)
    assert len({uuid7() for _ in range(1000)}) == 1000


def test_a_range_of_keys_begins_before_all_that_are_made_then():
    made = [uuid7() for _ in range(50)]
    for one in made:
        assert first_at(born_at(one)) <= one
        assert first_at(born_at(one) + timedelta(milliseconds=1)) > one
