"""Reviewers at work on a long queue: what a claim, a decision and a sign of life take.

Modelled is a shift of people who come and go on their own: each decides at the pace of a practised
reviewer, now faster and now slower, and takes more slits before the last are gone. When each of
them presses is drawn beforehand and waits for nobody (an open loop), so a slow server is not
spared by having fewer questions. Each process is one connection, as a web worker is, and plays its
share of the people. Without a pace they press as soon as the one before was served (a closed loop):
that tells how much the machine can carry, and its times are those of a queue.

What is timed is what a view does after it knows who asks: rights, task, service and commit. How
long somebody waited for a free connection before that is told apart. What is busy is the work of
both ends of the connection, which other programs on the machine do not stretch. Pictures are not
sent, but that they were is on record, so that a decision ends them. Making decisions final is a
worker's, at another time; what one takes there is measured after the shift.
"""

import multiprocessing
import random
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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
from apps.review.services.final import TAKE_BACK
from apps.review.views.doors import task_of
from portal.evaluation import crowd
from portal.evaluation.crowd import Crowd
from portal.evaluation.scratch import scratch

FEW = 10_000  # tasks of the shorter queue, for the growth
ROUNDS = 2  # claims of each reviewer at each length
DECISIONS = 6  # of each reviewer between two claims
AHEAD = 0.1  # of a pace, between a decision and what the station asks by itself
MET = 36  # tasks a reviewer is given or leaves to the next, at both lengths together
MEMORY = Path("/dev/shm")  # slits rest there: the disk's own waits are no part of a decision  # noqa: S108
LOOKED = 1800  # milliseconds that a slit was on screen
WARM = 4  # operations of each kind before any is counted


class NotTaken(RuntimeError):
    """A reviewer found nothing to do; there is nothing to measure."""


@dataclass(slots=True)
class Played:
    """What one process did."""

    backend: int  # the server's process at the other end of the connection
    waited: list[float] = field(default_factory=list)  # seconds for a connection to be free
    seconds: dict[str, list[float]] = field(default_factory=dict)
    busy: dict[str, list[float]] = field(default_factory=dict)  # seconds of both processes' work
    held: dict[UUID, set[UUID]] = field(default_factory=dict)  # tasks each reviewer was given
    said: dict[UUID, UUID] = field(default_factory=dict)  # task to the key of its decision

    def await_until(self, due: float) -> None:
        """Wait until something is due; keep how much too late it is already."""
        early = due - time.perf_counter()
        time.sleep(max(0.0, early))
        self.waited.append(max(0.0, -early))

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        began, worked = time.perf_counter(), self._worked()
        yield
        self.seconds.setdefault(name, []).append(time.perf_counter() - began)
        self.busy.setdefault(name, []).append(self._worked() - worked)

    def _worked(self) -> float:
        """Seconds on a core so far, of this process and of the server's.

        Source: proc(5), schedstat; its first number is nanoseconds.
        """
        said = Path(f"/proc/{self.backend}/schedstat").read_text()
        return time.process_time() + int(said.split()[0]) / 1e9


def compare(*, tasks: int, reviewers: int, connections: int, pace: float) -> dict[str, float]:
    """All figures of `bench queue`; its database is gone afterwards."""
    with scratch() as made, made.superuser() as db, made.connected("app"), apart():
        work = crowd.people(reviewers)
        with acting_for(work.organisation):
            few = min(FEW, tasks)
            crowd.tasks(db, work, first=0, last=few)
            _say(f"{few} tasks are made; the first get values and slits")
            crowd.finish(work, most=MET * reviewers)
            db.execute("VACUUM ANALYZE")
            short = _play(work, connections, pace)
            _leave(work)
            _say("the short queue is measured")
            crowd.tasks(db, work, first=few, last=tasks)
            _say(f"{tasks} tasks are made")
            long = _play(work, connections, pace)
            final = _made_final()
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
        "claim_busy_p95_ms": _ms(long, "claim", 95, of="busy"),
        "decide_busy_p95_ms": _ms(long, "decide", 95, of="busy"),
        "claim_busy_p95_ms_at_10k": _ms(short, "claim", 95, of="busy"),
        "decide_busy_p95_ms_at_10k": _ms(short, "decide", 95, of="busy"),
        "claims": len(long.all_of("claim")),
        "decisions": len(long.all_of("decide")),
        "operations_per_s": long.per_second,
        "waited_p95_ms": long.waited_ms,
        "cores_busy": long.cores,
        "final_ms_each": final,
    }


@dataclass(slots=True)
class Run:
    """What all processes did at one length of the queue."""

    played: Sequence[Played]
    lost: int
    wall: float  # seconds

    def all_of(self, name: str, *, of: str = "seconds") -> list[float]:
        """What each operation of a kind took, or worked, without the first ones of a process."""
        return [took for one in self.played for took in getattr(one, of).get(name, [])[WARM:]]

    @property
    def per_second(self) -> float:
        return sum(len(took) for one in self.played for took in one.seconds.values()) / self.wall

    @property
    def cores(self) -> float:
        """How many cores were busy with it all the time."""
        busy = (took for one in self.played for each in one.busy.values() for took in each)
        return sum(busy) / self.wall

    @property
    def waited_ms(self) -> float:
        waits = [waited for one in self.played for waited in one.waited]
        return quantiles(waits, n=100)[94] * 1000 if waits else 0.0


def _play(work: Crowd, connections: int, pace: float) -> Run:
    """Every reviewer claims, decides and stays."""
    shares = [work.reviewers[at::connections] for at in range(connections)]
    connection.close()  # children make their own
    began = time.perf_counter()
    forking = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(connections, mp_context=forking) as processes:
        about = ([one] * connections for one in (work.organisation, pace))
        played = list(processes.map(_share, shares, *about))
    wall = time.perf_counter() - began
    return Run(played, _lost(played), wall)


def _leave(work: Crowd) -> None:
    for user in User.objects.filter(pk__in=work.reviewers):
        review.release(user, now=timezone.now())


def _made_final() -> float:
    """Milliseconds that a worker takes to make one decision final, with all that follows."""
    began = time.perf_counter()
    count = review.seal_late(now=timezone.now() + TAKE_BACK, actor=crowd.SYSTEM)
    return (time.perf_counter() - began) / max(count, 1) * 1000


Act = Callable[[UUID, Played], None]


def _share(reviewers: Sequence[UUID], organisation: UUID, pace: float) -> Played:
    """One process: what its reviewers do, each act as another request when it is due."""
    with acting_for(organisation):
        connection.ensure_connection()
        played = Played(connection.connection.info.backend_pid)
        began = time.perf_counter()
        for due, act, pk in _shift(reviewers, pace):
            if pace:
                played.await_until(began + due)
            act(pk, played)
    connection.close()
    return played


def _shift(reviewers: Sequence[UUID], pace: float) -> list[tuple[float, Act, UUID]]:
    """Who does what, and when: seconds from the beginning, in order."""
    acts = [act for pk in reviewers for act in _sitting(pk, pace)]
    return sorted(acts, key=lambda one: one[0])


def _sitting(pk: UUID, pace: float) -> Iterator[tuple[float, Act, UUID]]:
    """What one reviewer does, and when."""
    chance = random.Random(pk.int)  # noqa: S311 - a pace, no secret
    at = chance.uniform(0, pace * DECISIONS)  # nobody begins because others do
    for _ in range(ROUNDS):
        yield at + AHEAD * pace, _claim, pk
        for _ in range(DECISIONS):
            at += pace * chance.uniform(0.5, 1.5)
            yield at, _decide, pk
        yield at + AHEAD * pace / 2, _stay, pk


def _claim(pk: UUID, played: Played) -> None:
    user = User.objects.get(pk=pk)
    with played.timed("claim"):
        review.claim(user, now=timezone.now())
    held = set(Task.objects.open().held_by(user, timezone.now()).values_list("pk", flat=True))
    if not held:
        raise NotTaken("A reviewer was given nothing.")
    crowd.send(user, held - played.held.setdefault(pk, set()))
    played.held[pk].update(held)


def _stay(pk: UUID, played: Played) -> None:
    user = User.objects.get(pk=pk)
    with played.timed("heartbeat"):
        review.heartbeat(user, now=timezone.now())


def _decide(pk: UUID, played: Played) -> None:
    """The first slit in hand, as the station decides it."""
    user = User.objects.get(pk=pk)
    held = Task.objects.open().held_by(user, timezone.now()).order_by("due_at", "id")
    key = held.values_list("pk", flat=True)[0]
    answer = review.Answer(
        uuid.uuid4(), Verdict.CORRECTED, crowd.VALUE, overrides=True, shown_ms=LOOKED
    )
    with played.timed("decide"):
        task = task_of(key)
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


def _ms(run: Run, name: str, percent: int, *, of: str = "seconds") -> float:
    return quantiles(run.all_of(name, of=of), n=100)[percent - 1] * 1000


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
