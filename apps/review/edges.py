"""Rectangles in whole pixels, as pictures are cut along them."""

from collections.abc import Sequence
from math import ceil, floor

from apps.base.types import Box

Edges = tuple[int, int, int, int]  # left, top, right, bottom in pixels


def edges_of(box: Box, width: int, height: int) -> Edges:
    """At least one pixel, whole pixels outward."""
    left, top = floor(box.left * width), floor(box.top * height)
    right, bottom = ceil(box.right * width), ceil(box.bottom * height)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def around(edges: Sequence[Edges]) -> Edges:
    lefts, tops, rights, bottoms = zip(*edges, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def clip(inner: Edges, outer: Edges) -> Edges:
    return (
        max(inner[0], outer[0]),
        max(inner[1], outer[1]),
        min(inner[2], outer[2]),
        min(inner[3], outer[3]),
    )


def shift(edges: Edges, frame: Edges) -> Edges:
    return (
        edges[0] - frame[0],
        edges[1] - frame[1],
        edges[2] - frame[0],
        edges[3] - frame[1],
    )


def overlap(one: Edges, other: Edges) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def fractions(inner: Edges, outer: Edges) -> Box:
    """`inner` as fractions of `outer`, kept within it."""
    width, height = outer[2] - outer[0], outer[3] - outer[1]
    left, top, right, bottom = clip(inner, outer)
    return Box(
        (left - outer[0]) / width,
        (top - outer[1]) / height,
        (right - outer[0]) / width,
        (bottom - outer[1]) / height,
    )


def grown(box: Edges, across: int, down: int) -> Edges:
    return box[0] - across, box[1] - down, box[2] + across, box[3] + down
