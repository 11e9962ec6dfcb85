"""A sequencer for tests: with the role that the real one has, in a thread of its own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.audit import covering, signing
from apps.audit.sequencer import Sequencer
from apps.audit.signing import KeyRing
from tests import server

NAME = "portal.test"
LONG = 60.0  # seconds that a request waits for its seal, on a busy machine


@cache
def keys() -> KeyRing:
    return signing.read([signing.new(NAME)])


class Sealing:
    """What the tests ask of it is done in its thread, whose connection is the sequencer's."""

    def __init__(self, ring: KeyRing | None = None, **how: Any) -> None:
        self.sequencer = Sequencer(ring or keys(), **how)
        self.thread = ThreadPoolExecutor(1, initializer=as_sequencer)
        self.do(lambda: self.sequencer.announce(now=timezone.now()))

    def do(self, work: Callable[[], Any]) -> Any:
        return self.thread.submit(work).result()

    def step(self) -> int | None:
        return self.do(lambda: self.sequencer.step(now=timezone.now()))

    def log(self) -> int | None:
        return self.do(lambda: self.sequencer.log(now=timezone.now()))

    def drain(self) -> None:
        """Give every waiting event its place, and enter all trees into the log."""
        while self.step():
            pass
        self.log()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Batches, one after the other, for as long as the block lasts."""
        over = threading.Event()

        def work() -> None:
            while not over.wait(0.005):
                self.sequencer.step(now=timezone.now())

        working, patience = self.thread.submit(work), covering.PATIENCE
        covering.PATIENCE = LONG
        try:
            yield
        finally:
            covering.PATIENCE = patience
            over.set()
            working.result()

    def close(self) -> None:
        self.do(lambda: connection.close())
        self.thread.shutdown()


def as_sequencer() -> None:
    """Let this thread's connection be that of the role that writes trees."""
    user, password = server.role("sequencer")
    connection.settings_dict = {**connection.settings_dict, "USER": user, "PASSWORD": password}
