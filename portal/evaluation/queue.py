"""Reviewers at work on a long queue: what a claim, a decision and a sign of life take.

Each process is one connection, as a web worker is, and plays its share of the reviewers in turn
without a pause between them: the load of many more people than are named. What is timed is what
a view does after it knows who asks: rights, task, service and commit.
"""

import multiprocessing
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.base.scope import acting_for
from apps.review import services as review
from apps.review.models import Decision, Task
from apps.review.rules import Verdict
from portal.evaluation import crowd
from portal.evaluation.crowd import Crowd
from portal.evaluation.scratch import scratch

FEW = 10_000  # tasks of the shorter queue, for the growth
ROUNDS = 2  # claims of each reviewer at each length
DECISIONS = 6  # of each reviewer between two claims; from the eleventh on each makes one final
MET = 36  # tasks a reviewer is given or leaves to the next, at both lengths together
MEMORY = Path("/dev/shm")  # slits rest there: the disk's own waits are no part of a decision  # noqa: S108
WARM = 4  # operations of each kind before any is counted


class NotTaken(RuntimeError):
    """A reviewer found nothing to do; there is nothing to measure."""


@dataclass(slots=True)
class Played:
    """What one process did."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    held: dict[UUID, set[UUID]] = field(default_factory=dict)  # tasks each reviewer was given
    said: dict[UUID, UUID] = field(default_factory=dict)  # task to the key of its decision

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds.setdefault(name, []).append(time.perf_counter() - began)


def compare(*, tasks: int, reviewers: int, connections: int) -> dict[str, float]:
    """All figures of `bench queue`; its database is gone afterwards."""
    with scratch() as made, made.superuser() as db, made.connected("app"), apart():
        work = crowd.people(reviewers)
        with acting_for(work.organisation):
            few = min(FEW, tasks)
            crowd.tasks(db, work, first=0, last=few)
            _say(f"{few} tasks are made; the first get values and slits")
            crowd.finish(work, most=MET * reviewers)
            db.execute("VACUUM ANALYZE")
            short = _play(work, connections)
            _say("the short queue is measured")
            crowd.tasks(db, work, first=few, last=tasks)
            _say(f"{tasks} tasks are made")
            long = _play(work, connections)
    return {
        "claim_p50_ms": _ms(long, "claim", 50),
        "claim_p95_ms": _ms(long, "claim", 95),
        "decide_p50_ms": _ms(long, "decide", 50),
        "decide_p95_ms": _ms(long, "decide", 95),
        "heartbeat_p95_ms": _ms(long, "heartbeat", 95),
        "double_claims": sum(map(_doubles, (short, long))),
        "lost_decisions": sum(one.lost for one in (short, long)),
        "claim_p95_ms_at_10k": _ms(short, "claim", 95),
        "decide_p95_ms_at_10k": _ms(short, "decide", 95),
        "claims": len(long.seconds["claim"]),
        "decisions": len(long.seconds["decide"]),
        "operations_per_s": long.per_second,
    }


@dataclass(slots=True)
class Run:
    """What all processes did at one length of the queue."""

    played: Sequence[Played]
    lost: int
    wall: float  # seconds

    @property
    def seconds(self) -> dict[str, list[float]]:
        names = {name for one in self.played for name in one.seconds}
        return {
            name: [took for one in self.played for took in one.seconds.get(name, [])[WARM:]]
            for name in names
        }

    @property
    def per_second(self) -> float:
        return sum(map(len, self.seconds.values())) / self.wall


def _play(work: Crowd, connections: int) -> Run:
    """Every reviewer claims, decides and stays; then all leave."""
    shares = [work.reviewers[at::connections] for at in range(connections)]
    connection.close()  # children make their own
    began = time.perf_counter()
    forking = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(connections, mp_context=forking) as processes:
        played = list(processes.map(_share, [work.organisation] * connections, shares))
    wall = time.perf_counter() - began
    lost = _lost(played)
    for user in User.objects.filter(pk__in=work.reviewers):
        review.release(user, now=timezone.now())
    return Run(played, lost, wall)


def _share(organisation: UUID, reviewers: Sequence[UUID]) -> Played:
    """One process: its reviewers in turn, each operation as another request."""
    played = Played()
    with acting_for(organisation):
        for _ in range(ROUNDS):
            for pk in reviewers:
                _claim(pk, played)
            for _ in range(DECISIONS):
                for pk in reviewers:
                    _decide(pk, played)
            for pk in reviewers:
                user = User.objects.get(pk=pk)
                with played.timed("heartbeat"):
                    review.heartbeat(user, now=timezone.now())
    connection.close()
    return played


def _claim(pk: UUID, played: Played) -> None:
    user = User.objects.get(pk=pk)
    with played.timed("claim"):
        review.claim(user, now=timezone.now())
    held = set(Task.objects.open().held_by(user, timezone.now()).values_list("pk", flat=True))
    if not held:
        raise NotTaken("A reviewer was given nothing.")
    played.held.setdefault(pk, set()).update(held)


def _decide(pk: UUID, played: Played) -> None:
    """The first slit in hand, as the station decides it."""
    user = User.objects.get(pk=pk)
    held = Task.objects.open().held_by(user, timezone.now()).order_by("due_at", "id")
    key = held.values_list("pk", flat=True)[0]
    answer = review.Answer(uuid.uuid4(), Verdict.CORRECTED, crowd.VALUE, overrides=True)
    about = ("claim", "field", "document__reading", "crop", "job", "known")
    with played.timed("decide"):
        task = Task.objects.select_related(*about).get(pk=key)
        review.decide(task, answer, user=user, now=timezone.now())
    played.said[key] = answer.key


def _doubles(run: Run) -> int:
    """Tasks that two reviewers were given, although neither gave any back."""
    given = Counter(task for one in run.played for held in one.held.values() for task in held)
    return sum(1 for count in given.values() if count > 1)


def _lost(played: Sequence[Played]) -> int:
    """Decisions that were saved, as the reviewer was told, and do not stand."""
    said = {task: key for one in played for task, key in one.said.items()}
    kept = dict(Decision.objects.filter(task__in=said).values_list("task_id", "key"))
    stand = dict(Task.objects.filter(pk__in=said).values_list("pk", "decision__key"))
    return sum(1 for task, key in said.items() if not kept.get(task) == stand.get(task) == key)


def _ms(run: Run, name: str, percent: int) -> float:
    return quantiles(run.seconds[name], n=100)[percent - 1] * 1000


@contextmanager
def apart() -> Iterator[Path]:
    """Bytes and bells of the bench go nowhere near those of the installation; where bytes go."""
    before: tuple[Path, str] = settings.VAULT_DIR, current_app.conf.broker_url
    place = MEMORY if MEMORY.is_dir() else settings.PLACES.var
    with tempfile.TemporaryDirectory(dir=place) as folder:
        settings.VAULT_DIR, current_app.conf.broker_url = Path(folder), "memory://localhost"
        try:
            yield settings.VAULT_DIR
        finally:
            settings.VAULT_DIR, current_app.conf.broker_url = before


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
