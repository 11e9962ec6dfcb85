"""The one process that grows the trees: takes events from the queue and signs what results.

Each batch is one transaction: leaves, full tiles, a signed checkpoint for every tree that grew,
and the end of the events' waiting. Whatever is killed in between, the batch happened or it did not,
and nothing is kept in memory from one to the next. Two at once exclude each other without waiting.

Before a tree grows, its edge is proven to be that of the last checkpoint, and the checkpoint to be
signed by a key of ours. What somebody rewrote behind our back is not signed over.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import psycopg
from django.db import connection, transaction

from apps.audit import services as audit
from apps.audit import tlog
from apps.audit.models import LOG
from apps.audit.notes import Head
from apps.audit.signing import KeyRing
from apps.audit.tags import Tag
from apps.audit.tlog import Frontier, leaf_hash
from apps.base.ids import uuid7
from apps.base.types import Actor

SYSTEM = Actor("system:sequencer")
BATCH = 4000  # events
TILE = 256  # hashes
ALONE = 7162  # the advisory lock of whoever grows trees

Waiting = tuple[UUID, bytes]  # an event and the hash of its leaf


class Mismatch(Exception):
    """A tree is not what was signed. It grows no further until a person has looked."""

    def __init__(self, tree: UUID, sentence: str) -> None:
        super().__init__(sentence)
        self.tree = tree


@dataclass(slots=True)
class Growth:
    """One tree in one batch."""

    tree: UUID
    frontier: Frontier
    size: int  # before
    waiting: list[Waiting] = field(default_factory=list)


class Sequencer:
    def __init__(self, keys: KeyRing, *, batch: int = BATCH) -> None:
        self.keys, self.batch = keys, batch
        self.stopped: set[UUID] = set()  # trees that are not what was signed

    def step(self, *, now: datetime) -> int | None:
        """Give the oldest waiting events their places; how many. None if another does it.

        Raises:
            Mismatch: see there.
        """
        with transaction.atomic():
            cursor = _cursor()
            if not _alone(cursor):
                return None
            taken = cursor.execute(
                "SELECT tree, event_id, hash FROM audit_pending WHERE tree <> ALL(%s)"
                " ORDER BY event_id LIMIT %s",
                [list(self.stopped), self.batch],
            ).fetchall()
            if taken:
                waiting = defaultdict(list)
                for tree, event, hash_ in taken:
                    waiting[tree].append((event, hash_))
                self._grow(cursor, waiting, now)
                cursor.execute(
                    "DELETE FROM audit_pending WHERE event_id = ANY(%b)",
                    [[row[1] for row in taken]],
                )
        return len(taken)

    def log(self, *, now: datetime) -> int | None:
        """Enter the newest checkpoint of every tree into the log of all; how many were new."""
        with transaction.atomic():
            cursor = _cursor()
            if not _alone(cursor):
                return None
            if LOG in self.stopped:
                return 0
            fresh = cursor.execute(NOT_LOGGED, [LOG]).fetchall()
            entries = [
                (uuid7(), tree, size, str(Head(self.origin(tree), size, root)))
                for tree, size, root in fresh
            ]
            if entries:
                _insert(cursor, "audit_logged (id, tree, size, body)", "uuid uuid bigint text",
                        entries)  # fmt: skip
                leaves = [(entry[0], leaf_hash(entry[3].encode())) for entry in entries]
                self._grow(cursor, {LOG: leaves}, now)
        return len(entries)

    def origin(self, tree: UUID) -> str:
        """The name of a tree on its checkpoints."""
        return f"{self.keys.name}/{'log' if tree == LOG else tree}"

    def announce(self, *, now: datetime) -> None:
        """Let everybody see the public halves of the keys, and say that sealing begins."""
        with transaction.atomic():
            audit.record(
                Tag.SEALING_BEGUN,
                actor=SYSTEM,
                subject=self.keys.name,
                organisation=None,
                keys=[one.id.hex() for one in self.keys.verifiers],
            )
            for one in self.keys.verifiers:
                _cursor().execute(
                    "INSERT INTO audit_signingkey (verifier, since) VALUES (%s, %s)"
                    " ON CONFLICT DO NOTHING",
                    [str(one), now],
                )

    def _grow(
        self, cursor: psycopg.Cursor, waiting: dict[UUID, list[Waiting]], now: datetime
    ) -> None:
        growths = [
            Growth(tree, frontier, frontier.size, waiting[tree])
            for tree, frontier in self._edges(cursor, list(waiting)).items()
        ]
        leaves = []
        for one in growths:
            for index, (event, hash_) in enumerate(one.waiting, one.size):
                leaves.append((one.tree, index, event, hash_))
                one.frontier.append(hash_)
        _insert(
            cursor, "audit_leaf (tree, index, event_id, hash)", "uuid bigint uuid bytea", leaves
        )
        for one in growths:
            _fill_tiles(cursor, one)
        self._sign(cursor, growths, now)

    def _edges(self, cursor: psycopg.Cursor, trees: list[UUID]) -> dict[UUID, Frontier]:
        """Where trees go on, each proven by its last checkpoint.

        Raises:
            Mismatch: one is not.
        """
        edges = {tree: Frontier() for tree in trees}
        for tree, size, hashes, note in cursor.execute(EDGES, [trees]).fetchall():
            try:
                head = self.keys.opened(note or "")
                edges[tree] = Frontier.unpack(size, hashes)
            except ValueError as error:
                said = f"The last checkpoint of {tree} is not signed by us."
                raise Mismatch(tree, said) from error
            if head != Head(self.origin(tree), size, edges[tree].root()):
                raise Mismatch(tree, f"The tree {tree} is not the one that was signed.")
        return edges

    def _sign(self, cursor: psycopg.Cursor, growths: list[Growth], now: datetime) -> None:
        edges, checkpoints = [], []
        for one in growths:
            frontier = one.frontier
            head = Head(self.origin(one.tree), frontier.size, frontier.root())
            edges.append((one.tree, head.size, frontier.pack()))
            checkpoints.append((one.tree, head.size, head.root, self.keys.sign(head), now))
        _insert(cursor, "audit_checkpoint (tree, size, root, note, at)",
                "uuid bigint bytea text timestamptz", checkpoints)  # fmt: skip
        _insert(cursor, "audit_edge (tree, size, hashes)", "uuid bigint bytea", edges, MOVED)


MOVED = "ON CONFLICT (tree) DO UPDATE SET size = excluded.size, hashes = excluded.hashes"
NOT_LOGGED = """
    SELECT edge.tree, edge.size, checkpoint.root FROM audit_edge edge
    JOIN audit_checkpoint checkpoint ON (checkpoint.tree, checkpoint.size) = (edge.tree, edge.size)
    WHERE edge.tree <> %s AND NOT EXISTS (
        SELECT FROM audit_logged logged WHERE (logged.tree, logged.size) = (edge.tree, edge.size))
    ORDER BY edge.tree
"""
EDGES = """
    SELECT given.tree, coalesce(edge.size, 0), coalesce(edge.hashes, ''), newest.note
    FROM unnest(%s::uuid[]) AS given (tree)
    LEFT JOIN audit_edge edge ON edge.tree = given.tree
    LEFT JOIN LATERAL (SELECT note FROM audit_checkpoint WHERE tree = given.tree
        ORDER BY size DESC LIMIT 1) AS newest ON true
    WHERE edge.tree IS NOT NULL OR newest.note IS NOT NULL
"""


def _fill_tiles(cursor: psycopg.Cursor, growth: Growth) -> None:
    """Write every tile that the batch completed, at every level."""
    level, before, after = 0, growth.size // TILE, growth.frontier.size // TILE
    while before < after:
        tiles = [
            (growth.tree, level, index, b"".join(hashes), tlog.root_of(hashes))
            for index, hashes in enumerate(
                _below(cursor, growth.tree, level, before, after), before
            )
        ]
        _insert(cursor, "audit_tile (tree, level, index, hashes, root)",
                "uuid smallint bigint bytea bytea", tiles)  # fmt: skip
        level, before, after = level + 1, before // TILE, after // TILE


def _below(
    cursor: psycopg.Cursor, tree: UUID, level: int, first: int, after: int
) -> list[list[bytes]]:
    """The hashes that tiles of a level consist of, tile by tile."""
    source = (
        "SELECT hash FROM audit_leaf WHERE tree = %(tree)s"
        if level == 0
        else "SELECT root FROM audit_tile WHERE tree = %(tree)s AND level = %(below)s"
    )
    found = cursor.execute(
        f"{source} AND index >= %(first)s AND index < %(after)s ORDER BY index",
        {"tree": tree, "below": level - 1, "first": first * TILE, "after": after * TILE},
    ).fetchall()
    hashes = [row[0] for row in found]
    return [hashes[at : at + TILE] for at in range(0, len(hashes), TILE)]


def _insert(
    cursor: psycopg.Cursor,
    into: str,
    types: str,
    rows: Sequence[tuple[object, ...]],
    more: str = "",
) -> None:
    """Insert many rows by one statement; `COPY` would not pass row-level policies."""
    if rows:
        arrays = ", ".join(f"%b::{type_}[]" for type_ in types.split())
        cursor.execute(
            f"INSERT INTO {into} SELECT * FROM unnest({arrays}) {more}",  # noqa: S608 - ours
            [list(column) for column in zip(*rows, strict=True)],
        )


def _alone(cursor: psycopg.Cursor) -> bool:
    row = cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ALONE]).fetchone()
    return bool(row and row[0])


def _cursor() -> psycopg.Cursor:
    """A cursor that sends arrays and bytes as they are, which Django's writes out as text."""
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)
