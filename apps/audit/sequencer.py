"""The one process that grows the trees: takes events from the queue and signs what results.

Each batch is one transaction: leaves, full tiles, a signed checkpoint for every tree that grew,
and the end of the events' waiting. Whatever is killed in between, the batch happened or it did not,
and nothing is kept in memory from one to the next. Two at once exclude each other without waiting.

Before a tree grows, its edge is proven to be that of the last checkpoint, and the checkpoint to be
signed by a key of ours. What somebody rewrote behind our back is not signed over.

Leaves go from the queue into their trees inside the database; what comes here is one string of
hashes for each tree, from which the edges grow.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, transaction
from psycopg.pq import Format

from apps.audit import services as audit
from apps.audit.models import LOG
from apps.audit.notes import Head
from apps.audit.signing import KeyRing
from apps.audit.tags import Tag
from apps.audit.tlog import Frontier, leaf_hash, split
from apps.base.ids import uuid7
from apps.base.types import Actor

SYSTEM = Actor("system:sequencer")
BATCH = 4000  # events
TILE_BITS = 8  # a tile holds 256 hashes
ALONE = 7162  # the advisory lock of whoever grows trees

Edges = dict[UUID, Frontier]  # by tree


class Mismatch(Exception):
    """A tree is not what was signed. It grows no further until a person has looked."""

    def __init__(self, tree: UUID, sentence: str) -> None:
        super().__init__(sentence)
        self.tree = tree


@dataclass(frozen=True, slots=True)
class Full:
    """A tile that a leaf completed."""

    tree: UUID
    level: int
    index: int
    root: bytes


class Sequencer:
    def __init__(self, keys: KeyRing, *, batch: int = BATCH) -> None:
        self.keys, self.batch = keys, batch
        self.stopped: set[UUID] = set()  # trees that are not what was signed

    def step(self, *, now: datetime) -> int | None:
        """Give the oldest waiting events their places; how many. None if another does it.

        Raises:
            Mismatch: see there.
        """
        due = {"stopped": list(self.stopped), "most": self.batch}
        if not _cursor().execute(WAITS, due).fetchone():
            return 0  # nearly always, and asked without a transaction
        with transaction.atomic():
            cursor = _cursor()
            if not _alone(cursor):
                return None
            edges = self._proven(cursor.execute(DUE, due))
            cursor.execute(PLACE, {**_sizes(edges), "most": self.batch})
            placed = {tree: split(hashes) for tree, hashes in cursor.fetchall()}
            self._grow(cursor, edges, placed, now)
        return sum(map(len, placed.values()))

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
                self._enter(cursor, [(entry[0], entry[3]) for entry in entries], now)
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

    def _enter(
        self, cursor: psycopg.Cursor, entries: Sequence[tuple[UUID, str]], now: datetime
    ) -> None:
        """Append entries to the log of all trees."""
        edges = self._proven(cursor.execute(EDGES, [[LOG]]))
        hashes = [leaf_hash(body.encode()) for _, body in entries]
        first = edges[LOG].size
        leaves = [(LOG, index, entry, hash_) for index, ((entry, _), hash_)
                  in enumerate(zip(entries, hashes, strict=True), first)]  # fmt: skip
        _insert(
            cursor, "audit_leaf (tree, index, event_id, hash)", "uuid bigint uuid bytea", leaves
        )
        self._grow(cursor, edges, {LOG: hashes}, now)

    def _grow(
        self,
        cursor: psycopg.Cursor,
        edges: Edges,
        placed: dict[UUID, list[bytes]],
        now: datetime,
    ) -> None:
        """Let edges pass over leaves that have their places, and sign where they end."""
        full = [
            one for tree, hashes in placed.items() for one in _passed(tree, edges[tree], hashes)
        ]
        _fill_tiles(cursor, full)
        self._sign(cursor, {tree: edges[tree] for tree in placed}, now)

    def _proven(self, found: psycopg.Cursor) -> Edges:
        """Where trees go on, each proven by its last checkpoint.

        Raises:
            Mismatch: one is not.
        """
        edges = {}
        for tree, size, hashes, note in found.fetchall():
            try:
                edges[tree] = Frontier.unpack(size, hashes)
                head = self.keys.opened(note or "") if size or note else None
            except ValueError as error:
                said = f"The last checkpoint of {tree} is not signed by us."
                raise Mismatch(tree, said) from error
            if head and head != Head(self.origin(tree), size, edges[tree].root()):
                raise Mismatch(tree, f"The tree {tree} is not the one that was signed.")
        return edges

    def _sign(self, cursor: psycopg.Cursor, grown: Edges, now: datetime) -> None:
        edges, checkpoints = [], []
        for tree, frontier in grown.items():
            head = Head(self.origin(tree), frontier.size, frontier.root())
            edges.append((tree, head.size, frontier.pack()))
            checkpoints.append((tree, head.size, head.root, self.keys.sign(head), now))
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
EDGE = """
    SELECT given.tree, coalesce(edge.size, 0), coalesce(edge.hashes, ''), newest.note
    FROM {trees} AS given (tree)
    LEFT JOIN audit_edge edge ON edge.tree = given.tree
    LEFT JOIN LATERAL (SELECT note FROM audit_checkpoint WHERE tree = given.tree
        ORDER BY size DESC LIMIT 1) AS newest ON true
"""
EDGES = EDGE.format(trees="unnest(%s::uuid[])")
WAITS = """
    SELECT tree FROM audit_pending WHERE tree <> ALL(%(stopped)s::uuid[]) ORDER BY event_id LIMIT 1
"""
# Of the trees for which the oldest events wait.
DUE = EDGE.format(
    trees="""(SELECT DISTINCT tree FROM (
        SELECT tree FROM audit_pending WHERE tree <> ALL(%(stopped)s::uuid[])
        ORDER BY event_id LIMIT %(most)s) AS oldest)"""
)
# Rows are taken by where they lie: what the database knows of the queue's size is never true.
PLACE = """
    WITH taken AS (
        DELETE FROM audit_pending WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM audit_pending WHERE tree = ANY(%(trees)s::uuid[])
            ORDER BY event_id LIMIT %(most)s))
        RETURNING tree, event_id, hash
    ), placed AS (
        INSERT INTO audit_leaf (tree, index, event_id, hash)
        SELECT tree, size + row_number() OVER (PARTITION BY tree ORDER BY event_id) - 1,
            event_id, hash
        FROM taken JOIN unnest(%(trees)s::uuid[], %(sizes)s::bigint[]) AS edge (tree, size)
            USING (tree)
        RETURNING tree, index, hash
    )
    SELECT tree, string_agg(hash, '' ORDER BY index) FROM placed GROUP BY tree
"""
TILES = """
    INSERT INTO audit_tile (tree, level, index, hashes, root)
    SELECT made.tree, made.level, made.index, below.hashes, made.root
    FROM unnest(%s::uuid[], %s::smallint[], %s::bigint[], %s::bytea[])
        AS made (tree, level, index, root),
    LATERAL (SELECT string_agg(part.{hash}, '' ORDER BY part.index) AS hashes FROM {parts} AS part
        WHERE part.tree = made.tree AND {of_level}
        AND part.index >= made.index * 256 AND part.index < (made.index + 1) * 256) AS below
"""
OVER_LEAVES = TILES.format(parts="audit_leaf", hash="hash", of_level="true")
OVER_TILES = TILES.format(parts="audit_tile", hash="root", of_level="part.level = made.level - 1")


def _passed(tree: UUID, edge: Frontier, hashes: Iterable[bytes]) -> Iterator[Full]:
    """Let an edge pass over leaves; the tiles that this completes, at every level."""
    for leaf in hashes:
        closed = edge.append(leaf)
        for level, root in enumerate(closed[TILE_BITS::TILE_BITS]):
            yield Full(tree, level, (edge.size >> TILE_BITS * (level + 1)) - 1, root)


def _fill_tiles(cursor: psycopg.Cursor, full: list[Full]) -> None:
    """Write tiles, those first that others are made of."""
    for level in sorted({one.level for one in full}):
        tiles = [(one.tree, one.level, one.index, one.root) for one in full if one.level == level]
        cursor.execute(OVER_TILES if level else OVER_LEAVES, _columns(tiles))


def _sizes(edges: Edges) -> dict[str, list[Any]]:
    return {"trees": list(edges), "sizes": [edge.size for edge in edges.values()]}


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
            _columns(rows),
        )


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _alone(cursor: psycopg.Cursor) -> bool:
    row = cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ALONE]).fetchone()
    return bool(row and row[0])


def _cursor() -> psycopg.Cursor:
    """A cursor that sends and takes values as they are, which Django's writes out as text."""
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    cursor.format = Format.BINARY
    return cursor
