"""What sealing the trail costs, against the same trail unsealed, in the same run.

Both sides record events through the portal's own service, one a transaction, from several
processes. Unsealed means that the trigger of the queue is off and no sequencer runs.
"""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit import signing, tree
from apps.audit.models import Event, Leaf
from apps.audit.sequencer import Sequencer
from apps.audit.tags import Tag
from apps.base.ids import uuid7
from apps.base.scope import acting_for
from apps.base.types import Actor
from portal.evaluation import officer
from portal.evaluation.scratch import Scratch, scratch

SYSTEM = Actor("system:bench")
STARTING = 6.0  # seconds until all writers are ready
ROUND = 50_000  # events written by one statement
PROOFS = 200
KEPT = ("audit_leaf", "audit_tile", "audit_checkpoint")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured; all of it takes about 20 minutes and 15 GB."""

    seconds: int  # of writing, each time
    rounds: int
    writers: int
    leaves: int
    exported: int  # events
    events: int  # before an officer


def compare(sizes: Sizes, only: Collection[str] = ()) -> dict[str, float]:
    """The figures of `bench audit`, all or those of some parts; nothing of it is kept."""
    figures: dict[str, float] = {}
    with scratch() as database:
        for name in only or PARTS:
            figures |= PARTS[name](database, sizes)
    return figures


def _exporting(database: Scratch, sizes: Sizes) -> dict[str, float]:
    organisation = uuid7()
    _fill(database, organisation, sizes.exported)
    _drain(database)
    return officer.export(database, organisation)


def _explorer(database: Scratch, sizes: Sizes) -> dict[str, float]:
    return officer.pages(database, events=sizes.events)


def _writing(database: Scratch, sizes: Sizes) -> dict[str, float]:
    """Events a second without and with the tree, in turns; medians, and each round's ratio."""
    hot, fifty = [uuid7()], [uuid7() for _ in range(50)]
    plain, trail, many = list[float](), list[float](), list[float]()
    for _ in range(sizes.rounds):
        with _unsealed(database):
            plain.append(_rate(database, sizes, hot))
        with sequencing(database):
            trail.append(_rate(database, sizes, hot))
            many.append(_rate(database, sizes, fifty))
    return {
        "insert_per_s": median(plain),
        "trail_hot_per_s": median(trail),
        "trail_hot_ratio": median(b / a for a, b in zip(plain, trail, strict=True)),
        "trail_50_per_s": median(many),
        "trail_50_ratio": median(b / a for a, b in zip(plain, many, strict=True)),
    }


def _rate(database: Scratch, sizes: Sizes, organisations: list[UUID]) -> float:
    begin = time.time() + STARTING
    words = [str(begin), str(sizes.seconds), *map(str, organisations)]
    at_work = [
        database.start("app", "portal.evaluation.writer", *words) for _ in range(sizes.writers)
    ]
    said = [one.communicate()[0] for one in at_work]
    return sum(int(count) for count in said) / sizes.seconds


@contextmanager
def _unsealed(database: Scratch) -> Iterator[None]:
    with database.owner() as db:
        db.execute("ALTER TABLE audit_event DISABLE TRIGGER queued")
        yield
        db.execute("ALTER TABLE audit_event ENABLE ALWAYS TRIGGER queued")


@contextmanager
def sequencing(database: Scratch) -> Iterator[None]:
    """The real process, as the supervisor starts it."""
    sequencer = database.start("sequencer", "django", "sequence")
    try:
        yield
    finally:
        sequencer.send_signal(signal.SIGTERM)
        try:
            sequencer.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            sequencer.kill()


def _covering(database: Scratch, sizes: Sizes) -> dict[str, float]:
    """How long a request waits until what it recorded is in a signed checkpoint."""
    organisation, waited = uuid7(), list[float]()
    with sequencing(database), database.connected("app"), acting_for(organisation):
        audit.covered(_one(organisation), timeout=60)  # until the sequencer is there
        for _ in range(PROOFS):
            time.sleep(random.uniform(0, 0.05))  # noqa: S311 - people come at any time
            event = _one(organisation)
            began = time.perf_counter()
            audit.covered(event)
            waited.append(time.perf_counter() - began)
    return {"covered_p50_ms": median(waited) * 1000, "covered_p95_ms": _p95(waited) * 1000}


def _one(organisation: UUID) -> UUID:
    with transaction.atomic():
        event = audit.record(
            Tag.FIELD_REVEALED, actor=SYSTEM, subject="7KQ-52F", organisation=organisation
        )
    return event.pk


def _large(database: Scratch, sizes: Sizes) -> dict[str, float]:
    """A tree of many leaves: how fast it grows, what it takes, how soon it proves."""
    organisation, leaves = uuid7(), sizes.leaves
    before = _size(database)
    _fill(database, organisation, leaves)
    drained = _drain(database)
    grown = _size(database) - before
    with database.connected("app"), acting_for(organisation):
        proof = median(_proofs(organisation, leaves))
    return {
        "drain_leaves_per_s": leaves / drained.seconds,
        "drain_sequencer_us": drained.own_s / leaves * 1e6,
        "drain_session_us": drained.session_s / leaves * 1e6,
        "proof_ms": proof * 1000,
        "bytes_per_event": grown / leaves,
        "tree_bytes_per_event": _size(database, KEPT) / leaves,
    }


def _fill(database: Scratch, organisation: UUID, count: int) -> None:
    """Events of an ordinary size, written by the database itself."""
    born = timezone.now() - timedelta(seconds=count / 1000)
    with database.connected("app"), connection.cursor() as cursor:
        for first in range(0, count, ROUND):
            many = min(ROUND, count - first)
            cursor.execute(FILL, {"organisation": organisation, "first": first, "count": many,
                                  "born": born.timestamp() * 1000})  # fmt: skip


FILL = """
    INSERT INTO audit_event (id, organisation_id, at, tag, outcome, actor, subject, document,
        workspace, reason, body)
    SELECT key, %(organisation)s, now(), 'document.read', 'done', 'system:bench', '7KQ-52F',
        %(organisation)s, NULL, '', convert_to(format(
            '{"actor":"system:bench","address":"%%s","at":"2026-11-25T19:21:53.057924+00:00",'
            '"detail":null,"document":"%%s","facts":{"engine":"rapid","pages":3},"id":"%%s",'
            '"number":%%s,"organisation":"%%s","outcome":"done","request":"%%s","subject":"7KQ-52F",'
            '"tag":"document.read","v":2,"void":[],"workspace":null,"writer":"5f3a9c1e"}',
            'a1b2c3d4e5f60718', %(organisation)s, key, place, %(organisation)s, key), 'UTF8')
    FROM (SELECT place, (lpad(to_hex((%(born)s + place)::bigint), 12, '0') || '7'
            || substr(md5(place::text), 1, 3) || '8' || substr(md5(place::text), 4, 15))::uuid
            AS key
        FROM generate_series(%(first)s + 1, %(first)s + %(count)s) AS place) AS made
"""


@dataclass(frozen=True, slots=True)
class Drained:
    """What emptying the queue took: time, and time of processors."""

    seconds: float
    own_s: float  # of this process, which is the sequencer
    session_s: float  # of its session in the database


def _drain(database: Scratch) -> Drained:
    """Let a sequencer alone take all that waits."""
    keys = signing.kept(settings.SEQUENCER_KEYS, name=settings.TRAIL_NAME)  # as the process has
    with database.connected("sequencer"):
        sequencer = Sequencer(keys)
        sequencer.announce(now=timezone.now())
        session = connection.connection.info.backend_pid
        began, own, theirs = time.perf_counter(), time.process_time(), _worked(session)
        while sequencer.step(now=timezone.now()):
            pass
        return Drained(
            seconds=time.perf_counter() - began,
            own_s=time.process_time() - own,
            session_s=_worked(session) - theirs,
        )


def _worked(process: int) -> float:
    """Seconds that a process has had of the processors."""
    after_its_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    user, system = after_its_name[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _proofs(organisation: UUID, leaves: int) -> Iterator[float]:
    for _ in range(PROOFS):
        index = random.randrange(leaves)  # noqa: S311 - any will do
        leaf = Leaf.objects.get(tree=organisation, index=index)
        event = Event.objects.get(pk=leaf.event_id)
        began = time.perf_counter()
        tree.inclusion(event)
        yield time.perf_counter() - began


def _size(database: Scratch, tables: tuple[str, ...] = ("audit_event", *KEPT)) -> int:
    """Bytes on disk, indexes included, of tables and of their months."""
    with database.owner() as db:
        row = db.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
            " WHERE relkind = 'r' AND (relname = ANY(%s) OR relispartition AND %s)",
            [list(tables), "audit_event" in tables],
        ).fetchone()
    return int(row[0]) if row and row[0] else 0


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[18]


PARTS: dict[str, Callable[[Scratch, Sizes], dict[str, float]]] = {
    "writing": _writing,
    "covering": _covering,
    "growing": _large,
    "export": _exporting,
    "explorer": _explorer,
}
