"""The Merkle tree of RFC 6962: hashes, the growing edge of a tree, proofs and their checking.

A tree is an append-only list of leaves under one hash. Two proofs make it useful to somebody who
does not trust its keeper: *inclusion* (this leaf is in the tree with that root) and *consistency*
(the tree with that root begins with all of the older one). Both are lists of hashes of whole
subtrees, so this module says of which ranges of leaves a proof consists, and whoever stores the
hashes fetches them.

Source: RFC 6962, section 2.1; RFC 9162, sections 2.1.3 and 2.1.4.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

Range = tuple[int, int]  # leaves from the first to the one before the second

EMPTY = hashlib.sha256(b"").digest()  # the root of no leaves
HASH = 32  # bytes


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a tree: the roots of its perfect subtrees, largest first.

    It is all that is needed to append; 20 hashes carry a tree of a million leaves.
    """

    __slots__ = ("size", "stack")

    def __init__(self, size: int = 0, stack: Iterable[bytes] = ()) -> None:
        self.size, self.stack = size, list(stack)

    @classmethod
    def unpack(cls, size: int, packed: bytes) -> "Frontier":
        """What `pack` wrote.

        Raises:
            ValueError: the hashes are not those of a tree of this size.
        """
        if len(packed) != size.bit_count() * HASH:
            raise ValueError("These hashes are not the edge of a tree of this size.")
        return cls(size, split(packed))

    def pack(self) -> bytes:
        return b"".join(self.stack)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add a leaf's hash; the roots of all subtrees that it completes, the smallest first."""
        root, full, closed = leaf, self.size, [leaf]
        while full & 1:
            root = node_hash(self.stack.pop(), root)
            closed.append(root)
            full >>= 1
        self.stack.append(root)
        self.size += 1
        return closed

    def root(self) -> bytes:
        if not self.stack:
            return EMPTY
        root = self.stack[-1]
        for subtree in reversed(self.stack[:-1]):
            root = node_hash(subtree, root)
        return root


def split(packed: bytes) -> list[bytes]:
    """Hashes that lie one after the other."""
    return [packed[at : at + HASH] for at in range(0, len(packed), HASH)]


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaves' hashes; also that of a subtree over its parts' roots."""
    edge = Frontier()
    for leaf in leaves:
        edge.append(leaf)
    return edge.root()


def halved_at(count: int) -> int:
    """How many of at least two leaves lie left of the root: the largest power of two below."""
    return 1 << (count - 1).bit_length() - 1


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Whose roots prove that a leaf is in a tree, from the leaf upwards."""
    first, after, ranges = 0, size, list[Range]()
    while after - first > 1:
        middle = first + halved_at(after - first)
        if index < middle:
            ranges.append((middle, after))
            after = middle
        else:
            ranges.append((first, middle))
            first = middle
    return ranges[::-1]


def consistency_ranges(old: int, size: int) -> list[Range]:
    """Whose roots prove that a tree begins with an older one; none if either is empty."""
    if not 0 < old < size:
        return []
    first, after, ranges, whole = 0, size, list[Range](), True
    while old != after:
        middle = first + halved_at(after - first)
        if old <= middle:
            ranges.append((middle, after))
            after = middle
        else:
            ranges.append((first, middle))
            first, whole = middle, False
    if not whole:  # else it is the old root itself, which whoever checks has
        ranges.append((first, after))
    return ranges[::-1]


def left_ranges(first: int) -> list[Range]:
    """The perfect subtrees before a leaf, largest first."""
    ranges, at = [], 0
    for power in range(first.bit_length() - 1, -1, -1):
        if first >> power & 1:
            ranges.append((at, at + (1 << power)))
            at += 1 << power
    return ranges


def right_ranges(after: int, size: int) -> Iterator[Range]:
    """The perfect subtrees from a leaf to the end of the tree, each as large as it can be."""
    while after < size:
        width = 1
        while after % (2 * width) == 0 and after + 2 * width <= size:
            width *= 2
        yield after, after + width
        after += width


def is_perfect(first: int, after: int) -> bool:
    """Whether a range is one whole subtree, which never changes again."""
    width = after - first
    return width & (width - 1) == 0 and first % width == 0


def range_root(first: int, after: int, perfect: Callable[[int, int], bytes]) -> bytes:
    """The root over a range of a tree, from those of its perfect subtrees."""
    if is_perfect(first, after):
        return perfect(first, after)
    middle = first + halved_at(after - first)
    return node_hash(range_root(first, middle, perfect), range_root(middle, after, perfect))


def includes(leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path proves that a leaf is in a tree. Source: RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            at, last = _up_to_a_left_turn(at, last)
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def extends(old: int, size: int, *, old_root: bytes, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path proves that a tree begins with an older one. Source: RFC 9162, 2.1.4.2."""
    if old == size:
        return not path and old_root == root
    if old == 0:
        return not path  # every tree begins with none
    if not 0 < old < size:
        return False
    steps = [old_root, *path] if old & (old - 1) == 0 else [*path]
    return bool(steps) and _extends(old, size, old_root, root, steps)


def _extends(old: int, size: int, old_root: bytes, root: bytes, steps: list[bytes]) -> bool:
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = now = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, now = node_hash(step, before), node_hash(step, now)
            at, last = _up_to_a_left_turn(at, last)
        else:
            now = node_hash(now, step)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and now == root


def _up_to_a_left_turn(at: int, last: int) -> Range:
    """Climb past the levels on which the tree's last node has no sibling."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last
