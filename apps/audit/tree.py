"""The trees as the portal reads them: checkpoints, proofs, and events in the order of leaves.

Hashes of whole subtrees come from tiles, of which a proof needs one for every 256-fold of the
tree's size, and from the leaves that fill no tile yet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from apps.audit import tlog
from apps.audit.models import Checkpoint, Event, Leaf, Logged, SigningKey, Tile, tree_of
from apps.audit.tlog import Range
from apps.base.errors import NotFound, NotPossible

TILE = 256  # hashes
TILE_BITS = 8
CHUNK = 2000  # events fetched at once
LATE = timedelta(minutes=10)  # by which an event is in its tree, or the portal has raised an alarm


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint of a tree."""

    size: int
    root: bytes
    note: bytes  # as others read it
    at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """That one event is in a tree: where it stands, and the hashes from there to the root."""

    index: int
    path: list[bytes]
    checkpoint: Signed


@dataclass(frozen=True, slots=True)
class Entry:
    """A leaf and what it stands for. The body is None where its month was retired."""

    index: int
    event: UUID
    hash: bytes
    body: bytes | None


def checkpoint(organisation: UUID | None, *, at_most: int | None = None) -> Signed | None:
    """The newest checkpoint of an organisation's tree; that of a size or below if one is given."""
    found = Checkpoint.objects.filter(tree=tree_of(organisation)).order_by("-size")
    newest = (found if at_most is None else found.filter(size__lte=at_most)).first()
    if newest is None:
        return None
    return Signed(newest.size, bytes(newest.root), newest.note.encode(), newest.at)


def index_of(event: UUID) -> int | None:
    """The place of an event in its tree; None as long as it waits for one."""
    return Leaf.objects.filter(event_id=event).values_list("index", flat=True).first()


def inclusion(event: Event) -> Proof:
    """The proof that an event is in its tree, as the newest checkpoint signs it.

    Raises:
        NotPossible: it waits for its place still.
    """
    index, newest = index_of(event.pk), checkpoint(event.organisation_id)
    if index is None or newest is None or index >= newest.size:
        raise NotPossible("This event is on the trail, but not in a signed checkpoint yet.")
    path = _Hashes(tree_of(event.organisation_id)).of(tlog.inclusion_ranges(index, newest.size))
    return Proof(index, path, newest)


def inclusions(
    organisation: UUID | None, indexes: Iterable[int], *, size: int
) -> Iterator[list[bytes]]:
    """The paths of many leaves to the root of one size; tiles are fetched once for all."""
    hashes = _Hashes(tree_of(organisation))
    for index in indexes:
        yield hashes.of(tlog.inclusion_ranges(index, size))


def consistency(organisation: UUID | None, old: int, new: int) -> list[bytes]:
    """The proof that the tree of size `new` begins with that of size `old`.

    Raises:
        NotPossible: the tree never had these sizes.
    """
    newest = checkpoint(organisation)
    if not 0 <= old <= new <= (newest.size if newest else 0):
        raise NotPossible("The tree never had this size.")
    return _Hashes(tree_of(organisation)).of(tlog.consistency_ranges(old, new))


def around(
    organisation: UUID | None, *, first: int, after: int, size: int
) -> tuple[list[bytes], list[bytes]]:
    """The subtrees left and right of a range, which with its leaves make the root of a size."""
    hashes = _Hashes(tree_of(organisation))
    return (
        hashes.of(tlog.left_ranges(first)),
        hashes.of(list(tlog.right_ranges(after, size))),
    )


def range_between(
    organisation: UUID | None, *, since: datetime, until: datetime, size: int
) -> Range:
    """Leaves among which all events of a time are, first and after; wider rather than narrower.

    What happened in the time was given its place after it began. What happened late in it may
    have waited, so the range goes on until the first checkpoint that is `LATE` enough.
    """
    found = Checkpoint.objects.filter(tree=tree_of(organisation), size__lte=size)
    before = found.filter(at__lte=since).order_by("-at", "-size").first()
    later = found.filter(at__gte=until + LATE).order_by("at", "size").first()
    return (before.size if before else 0), (later.size if later else size)


def entries(organisation: UUID | None, first: int, after: int) -> Iterator[Entry]:
    """Leaves from `first` to before `after`, with the canonical bodies of their events.

    Raises:
        NotFound: the tree has no such leaves.
    """
    at = first
    while at < after:
        chunk = _chunk(tree_of(organisation), at, min(after, at + CHUNK))
        if not chunk:
            raise NotFound("The tree has no such leaves.")
        yield from chunk
        at = chunk[-1].index + 1


def verifiers() -> list[str]:
    """The keys that sign, and signed, as others read them; the first is the oldest."""
    return list(SigningKey.objects.order_by("since", "verifier").values_list("verifier", flat=True))


def logged(organisation: UUID | None, *, below: int) -> tuple[Logged, int] | None:
    """The newest entry of a tree in the log of all, and its place, among the log's first leaves."""
    for one in Logged.objects.filter(tree=tree_of(organisation)).order_by("-size")[:200]:
        index = index_of(one.pk)
        if index is not None and index < below:
            return one, index
    return None


def _chunk(tree: UUID, first: int, after: int) -> list[Entry]:
    leaves = list(
        Leaf.objects.filter(tree=tree, index__gte=first, index__lt=after).order_by("index")
    )
    keys = [leaf.event_id for leaf in leaves]
    if not keys:
        return []
    with connection.cursor() as cursor:  # both ends, so that few months are looked at
        cursor.execute(
            "SELECT id, body FROM audit_event WHERE id = ANY(%s::uuid[]) AND id BETWEEN %s AND %s",
            [keys, min(keys), max(keys)],
        )
        bodies = {key: bytes(body) for key, body in cursor.fetchall()}
    return [
        Entry(leaf.index, leaf.event_id, bytes(leaf.hash), bodies.get(leaf.event_id))
        for leaf in leaves
    ]


class _Hashes:
    """Roots of subtrees of one tree, each tile read once."""

    def __init__(self, tree: UUID) -> None:
        self.tree = tree
        self.tiles: dict[tuple[int, int], list[bytes]] = {}

    def of(self, ranges: list[Range]) -> list[bytes]:
        return [tlog.range_root(first, after, self._perfect) for first, after in ranges]

    def _perfect(self, first: int, after: int) -> bytes:
        """The root of a perfect subtree: that over a few neighbours in one tile."""
        height = (after - first).bit_length() - 1
        level, within = divmod(height, TILE_BITS)
        unit = TILE**level
        tile, place = divmod(first // unit, TILE)
        hashes = self._tile(level, tile, upto=place + (1 << within))
        return tlog.root_of(hashes[place : place + (1 << within)])

    def _tile(self, level: int, index: int, *, upto: int) -> list[bytes]:
        found = self.tiles.get((level, index))
        if found is None or len(found) < upto:
            found = self.tiles[level, index] = self._full(level, index) or self._part(level, index)
        return found

    def _full(self, level: int, index: int) -> list[bytes]:
        tile = Tile.objects.filter(tree=self.tree, level=level, index=index)
        packed = tile.values_list("hashes", flat=True).first()
        return tlog.split(bytes(packed)) if packed else []

    def _part(self, level: int, index: int) -> list[bytes]:
        """What a tile that is not full yet holds so far."""
        place = {"tree": self.tree, "index__gte": index * TILE, "index__lt": (index + 1) * TILE}
        found = (
            Leaf.objects.filter(**place).order_by("index").values_list("hash", flat=True)
            if level == 0
            else Tile.objects.filter(level=level - 1, **place)
            .order_by("index")
            .values_list("root", flat=True)
        )
        return [bytes(one) for one in found]
