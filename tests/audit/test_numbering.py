"""Writers number their events, and say which numbers came to nothing."""

import threading

import pytest
from django.db import connection, transaction

from apps.audit import canonical, numbering
from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.ids import uuid7
from apps.base.scope import acting_for
from apps.base.types import Actor


@pytest.fixture
def organisation(committed):
    organisation = uuid7()
    with acting_for(organisation):
        yield organisation


def write(organisation, count=1):
    return [
        audit.record(
            Tag.KEY_MADE, actor=Actor("system:test"), subject="x", organisation=organisation
        )
        for _ in range(count)
    ]


def said(event):
    body = canonical.decode(bytes(event.body))
    return body["number"], body["void"]


def test_numbers_follow_each_other_in_each_organisation(organisation):
    with transaction.atomic():
        numbers = [said(event) for event in write(organisation, 3)]
        [elsewhere] = write(uuid7())
    assert numbers == [(1, []), (2, []), (3, [])]
    assert said(elsewhere) == (1, [])


def test_the_next_event_calls_void_what_was_rolled_back(organisation):
    with pytest.raises(LookupError), transaction.atomic():
        write(organisation, 3)
        raise LookupError
    with transaction.atomic():
        first, second = write(organisation, 2)
    assert (said(first), said(second)) == ((4, [[1, 3]]), (5, [[1, 3]]))
    with transaction.atomic():
        [third] = write(organisation)
    assert said(third) == (6, [])


def test_what_called_it_void_may_be_rolled_back_too(organisation):
    for _ in range(2):
        with pytest.raises(LookupError), transaction.atomic():
            write(organisation)
            raise LookupError
    with transaction.atomic():
        [event] = write(organisation)
    assert said(event) == (3, [[1, 2]])


def test_a_savepoint_that_was_given_up_leaves_its_numbers_void(organisation):
    with transaction.atomic():
        [before] = write(organisation)
        with pytest.raises(LookupError), transaction.atomic():
            write(organisation, 2)
            write(uuid7())
            raise LookupError
        [after] = write(organisation)
    assert (said(before), said(after)) == ((1, []), (4, [[2, 3]]))


def test_what_was_lost_in_one_organisation_is_said_in_that_one(organisation):
    other = uuid7()
    with pytest.raises(LookupError), transaction.atomic():
        write(organisation)
        raise LookupError
    with transaction.atomic():
        [elsewhere] = write(other)
        [here] = write(organisation)
    assert (said(elsewhere), said(here)) == ((1, []), (2, [[1, 1]]))


def test_every_thread_is_a_writer_of_its_own(organisation):
    events = []

    def work():
        with acting_for(organisation), transaction.atomic():
            events.extend(write(organisation))
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    with transaction.atomic():
        [here] = write(organisation)
    writers = {canonical.decode(bytes(one.body))["writer"] for one in [*events, here]}
    assert len(writers) == 2
    assert Event.objects.filter(organisation_id=organisation).count() == 2


def test_a_fork_is_a_writer_of_its_own():
    before = numbering.writer()
    numbering._another_process()
    assert numbering.writer() is not before


@pytest.mark.parametrize(
    ("numbers", "ranges"),
    [([], []), ([4], [[4, 4]]), ([1, 2, 3], [[1, 3]]), ([1, 3, 4, 9], [[1, 1], [3, 4], [9, 9]])],
)
def test_numbers_are_told_as_ranges(numbers, ranges):
    assert numbering.ranges(numbers) == ranges
