import signal
import time
from argparse import ArgumentParser
from datetime import timedelta
from types import FrameType
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.utils import timezone
from psycopg.errors import InsufficientPrivilege

from apps.audit import partitions, signing
from apps.audit.covering import WANTED
from apps.audit.sequencer import Mismatch, Sequencer

PAUSE = 0.05  # seconds between two looks at the queue, unless somebody rings
STANDBY = 1.0  # seconds, where another one works or the database is away
LOG_EVERY = timedelta(seconds=30)  # into the log of all trees
ROOMS_EVERY = timedelta(hours=6)  # for the months to come
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
NOT_ALLOWED = "This role may not write trees: see docs/runbooks, Sealing of the trail has stopped."


class Command(BaseCommand):
    help = "Grow the trees over the trail and sign them; one process, which never ends by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="empty the queue, log, and end")
        parser.add_argument("--keys", action="store_true", help="print who signs, and end")
        parser.add_argument("--new-key", action="store_true", help="print a fresh key, and end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            self.stdout.write(signing.new(settings.TRAIL_NAME))
            return
        try:
            keys = signing.kept(settings.SEQUENCER_KEYS, name=settings.TRAIL_NAME)
        except (OSError, ValueError) as error:
            raise CommandError(f"The keys cannot be used: {error}") from error
        if options["keys"]:
            self.stdout.write("\n".join(str(one.verifier) for one in keys.signers))
            return
        self.over = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        try:
            self._begin(Sequencer(keys), once=options["once"])
        except (ProgrammingError, InsufficientPrivilege) as error:
            raise CommandError(NOT_ALLOWED) from error

    def _begin(self, sequencer: Sequencer, *, once: bool) -> None:
        sequencer.announce(now=timezone.now())
        if once:
            drain(sequencer)
        else:
            self._work(sequencer)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.over = True

    def _work(self, sequencer: Sequencer) -> None:
        """Batches for as long as there are events, then a rest until somebody rings.

        A tree that is not what was signed stays as it is; the others go on.
        """
        rounds = Rounds(sequencer)
        while not self.over:
            try:
                _listen()
                done = rounds.go()
                _rest(STANDBY if done is None else PAUSE if done < sequencer.batch else 0)
            except Mismatch as error:
                sequencer.stopped.add(error.tree)
                self.stderr.write(str(error))
            except AWAY:
                self.stderr.write("The database is away.")
                connection.close()
                time.sleep(STANDBY)


class Rounds:
    """One batch at a time, and now and then what is due beside it."""

    def __init__(self, sequencer: Sequencer) -> None:
        self.sequencer = sequencer
        self.logged_at = self.rooms_at = timezone.now() - ROOMS_EVERY

    def go(self) -> int | None:
        now = timezone.now()
        done = self.sequencer.step(now=now)
        if now - self.logged_at >= LOG_EVERY and self.sequencer.log(now=now) is not None:
            self.logged_at = now
        if now - self.rooms_at >= ROOMS_EVERY:
            partitions.make()
            self.rooms_at = now
        return done


def drain(sequencer: Sequencer) -> None:
    """Give every waiting event its place."""
    while sequencer.step(now=timezone.now()):
        pass
    sequencer.log(now=timezone.now())


def _listen() -> None:
    """Hear the bell also on a connection that is new."""
    if connection.connection is None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {WANTED}")


def _rest(seconds: float) -> None:
    """Until somebody rings, or the pause is over."""
    for _ in connection.connection.notifies(timeout=seconds, stop_after=1):
        pass
