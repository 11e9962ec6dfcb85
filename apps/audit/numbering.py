"""Numbers that make a missing event show.

Until the sequencer has taken an event, whoever rules the database could delete it and its place in
the queue without a trace. So every writer, which is one thread of one process, numbers what it
writes for an organisation: 1, 2, 3 …, inside the body. A number that is missing is an event that
was taken away.

A transaction that is rolled back takes its numbers with it, and they are not given again: of a
commit whose answer was lost nobody knows what became of it. The next event of the same writer
calls them void instead. Numbers after the last event of a writer are never seen, so nothing is
missing where nothing follows.
"""

import os
import secrets
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

Ranges = list[list[int]]  # of numbers, first and last


@dataclass(slots=True)
class Given:
    """A number that was given to an event. Calling it says that the event was committed."""

    writer: "Writer"
    organisation: UUID | None
    number: int
    void: list[int]  # numbers that the event calls void
    kept: bool = False

    def __call__(self) -> None:
        self.kept = True
        self.writer.lost[self.organisation].difference_update(self.void)


class Writer:
    """The numbers of one thread, which does one transaction after the other."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(4)
        self.used: Counter[UUID | None] = Counter()
        self.waiting: list[Given] = []  # of the transaction that is open, or was
        self.lost: defaultdict[UUID | None, set[int]] = defaultdict(set)  # and not yet called void

    def next(self, organisation: UUID | None) -> Given:
        """A number for an event of the transaction that is open."""
        self._settle()
        self.used[organisation] += 1
        void = sorted(self.lost[organisation])
        given = Given(self, organisation, self.used[organisation], void)
        connection.on_commit(given)
        self.waiting.append(given)
        self.last_place = len(connection.run_on_commit) - 1
        return given

    def _settle(self) -> None:
        """Find out which numbers were lost with a transaction or a savepoint.

        Each waits for the commit in Django's own list and leaves it either way. As long as the
        last one stands where it stood, nothing left.
        """
        entries = connection.run_on_commit
        if not self.waiting or (
            len(entries) > self.last_place and entries[self.last_place][1] is self.waiting[-1]
        ):
            return
        alive = {id(entry[1]) for entry in entries}
        for given in self.waiting:
            if not given.kept and id(given) not in alive:
                self.lost[given.organisation].add(given.number)
        self.waiting = [given for given in self.waiting if id(given) in alive]


_here = threading.local()


def writer() -> Writer:
    """That of this thread."""
    if not hasattr(_here, "writer"):
        _here.writer = Writer()
    found: Writer = _here.writer
    return found


def ranges(numbers: Iterable[int]) -> Ranges:
    """Numbers in order, as the ranges that they fill."""
    found: Ranges = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def _another_process() -> None:
    """A fork is a writer of its own."""
    _here.__dict__.clear()


os.register_at_fork(after_in_child=_another_process)
