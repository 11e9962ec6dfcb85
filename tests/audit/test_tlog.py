"""The tree keeps what RFC 6962 promises, for every size up to 130."""

import hashlib
import random

import pytest

from apps.audit import tlog
from apps.audit.tlog import Frontier

MOST = 130
LEAVES = [tlog.leaf_hash(bytes([number])) for number in range(MOST)]


def defined(leaves):
    """The root as RFC 6962, section 2.1, defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while 2 * middle < len(leaves):
        middle *= 2
    left, right = defined(leaves[:middle]), defined(leaves[middle:])
    return hashlib.sha256(b"\x01" + left + right).digest()


ROOTS = [defined(LEAVES[:size]) for size in range(MOST + 1)]
SIZES = pytest.mark.parametrize("size", range(1, MOST + 1))


def path_of(ranges):
    return [defined(LEAVES[first:after]) for first, after in ranges]


def test_a_leaf_is_told_from_a_node():
    left, right = LEAVES[:2]
    assert tlog.leaf_hash(left + right) != tlog.node_hash(left, right)
    assert tlog.leaf_hash(b"") == hashlib.sha256(b"\x00").digest()


def test_the_edge_knows_the_root_of_every_size():
    edge = Frontier()
    assert edge.root() == tlog.EMPTY == ROOTS[0]
    for size, leaf in enumerate(LEAVES, 1):
        edge.append(leaf)
        assert (edge.size, edge.root()) == (size, ROOTS[size])
        assert Frontier.unpack(size, edge.pack()).root() == ROOTS[size]


def test_an_edge_of_another_size_is_none():
    edge = Frontier()
    for leaf in LEAVES[:7]:
        edge.append(leaf)
    with pytest.raises(ValueError, match="not the edge"):
        Frontier.unpack(8, edge.pack())


@SIZES
def test_every_leaf_is_proven_and_no_other(size):
    for index in range(size):
        path = path_of(tlog.inclusion_ranges(index, size))
        proof = {"size": size, "path": path, "root": ROOTS[size]}
        assert tlog.includes(LEAVES[index], index=index, **proof)
        assert not tlog.includes(LEAVES[(index + 1) % MOST], index=index, **proof)
        assert not tlog.includes(LEAVES[index], index=index, **{**proof, "root": ROOTS[size - 1]})
        assert not tlog.includes(LEAVES[index], index=size, **proof)
        if size > 1:
            other = (index + 1) % size
            assert not tlog.includes(LEAVES[index], index=other, **proof)
            assert not tlog.includes(LEAVES[index], index=index, **{**proof, "path": path[:-1]})
        longer = [*path, LEAVES[0]]
        assert not tlog.includes(LEAVES[index], index=index, **{**proof, "path": longer})


@SIZES
def test_every_older_tree_is_a_beginning(size):
    for old in range(size + 1):
        path = path_of(tlog.consistency_ranges(old, size))
        roots = {"old_root": ROOTS[old], "root": ROOTS[size]}
        assert tlog.extends(old, size, path=path, **roots)
        if 0 < old < size:
            swapped = {"old_root": ROOTS[size], "root": ROOTS[old]}
            assert not tlog.extends(old, size, path=path, **swapped)
            assert not tlog.extends(old, size, path=path[:-1], **roots)
            assert not tlog.extends(old, size, path=[*path, LEAVES[0]], **roots)
            other = {**roots, "old_root": ROOTS[old - 1]}
            assert not tlog.extends(old, size, path=path, **other)


def test_a_smaller_tree_does_not_begin_with_a_larger_one():
    assert not tlog.extends(5, 4, path=[], old_root=ROOTS[5], root=ROOTS[4])
    assert not tlog.extends(4, 4, path=[], old_root=ROOTS[5], root=ROOTS[4])
    assert not tlog.extends(-1, 4, path=[LEAVES[0]], old_root=ROOTS[1], root=ROOTS[4])


def test_no_changed_step_proves_anything():
    chance = random.Random(6962)
    for size in range(2, MOST + 1):
        index = chance.randrange(size)
        path = path_of(tlog.inclusion_ranges(index, size))
        step, byte = chance.randrange(len(path)), chance.randrange(tlog.HASH)
        changed = bytearray(path[step])
        changed[byte] ^= 1 << chance.randrange(8)
        path[step] = bytes(changed)
        assert not tlog.includes(LEAVES[index], index=index, size=size, path=path, root=ROOTS[size])


@SIZES
def test_a_range_and_what_surrounds_it_make_the_tree(size):
    for first in range(size + 1):
        after = (first + size) // 2
        if after < first:
            continue
        edge = Frontier(first, path_of(tlog.left_ranges(first)))
        for leaf in LEAVES[first:after]:
            edge.append(leaf)
        ranges = list(tlog.right_ranges(after, size))
        assert all(tlog.is_perfect(*one) for one in ranges)
        for one in ranges:
            for leaf in LEAVES[slice(*one)]:
                edge.append(leaf)
        assert edge.root() == ROOTS[size]


def test_a_root_is_put_together_from_whole_subtrees():
    def perfect(first, after):
        assert tlog.is_perfect(first, after)
        return defined(LEAVES[first:after])

    for size in range(1, MOST + 1):
        assert tlog.range_root(0, size, perfect) == ROOTS[size]
