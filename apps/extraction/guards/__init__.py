"""Text of a document is data: what reads like an order, or hides, goes to a person first.

Look in `signs` for what the eye does not see or takes for others, in `orders` for what tells a
machine what to do, in `shapes` for what a value of each kind may look like.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import fmean

from apps.extraction.doctypes import DocType
from apps.extraction.engines import Glyph
from apps.extraction.fields import Flag, Found, Missing
from apps.extraction.guards.orders import reads_like_an_order
from apps.extraction.guards.shapes import fits, longest
from apps.extraction.guards.signs import cleaned, hides, looks_like_another
from apps.extraction.values import Kind
from apps.extraction.witnesses import Witnesses

WORDED = frozenset({Kind.TEXT, Kind.NAME, Kind.ADDRESS, Kind.REFERENCE})
MINUTE = 0.002  # fraction of the page width; of a page of A4 that is print of two points


def guarded(
    fields: Sequence[Found | Missing], witnesses: Witnesses, doctype: DocType
) -> Sequence[Found | Missing]:
    """The fields, those that are dangerous to hand on flagged.

    Values are cut to what can be seen and to the length of their kind; one of which nothing can be
    seen is missing.
    """
    return [
        one if isinstance(one, Missing) else _guarded(one, doctype.rule(one.name).type)
        for one in fields
    ]


def dangers(value: str, normalised: str, kind: Kind) -> Iterator[Flag]:
    """Why a value must not be handed on unseen; of one that a person typed, what stays marked."""
    if reads_like_an_order(value):
        yield Flag.INSTRUCTION
    if looks_like_another(value):
        yield Flag.LOOKALIKE
    if len(value) > longest(kind) or not fits(normalised, kind):
        yield Flag.MALFORMED


def plain(text: str, kind: Kind) -> str:
    """A normalised value as it is handed on: words in one spelling of their signs."""
    seen = cleaned(text)
    return cleaned(unicodedata.normalize("NFKC", seen)) if kind in WORDED else seen


def _guarded(one: Found, kind: Kind) -> Found | Missing:
    value, normalised, most = cleaned(one.value), plain(one.normalised, kind), longest(kind)
    if not value or not normalised:
        return Missing(one.name, one.page, one.box, one.label)
    hidden = [Flag.HIDDEN] if _is_hidden(one) else []
    others = [cleaned(other)[:most] for other in one.others]
    return replace(
        one,
        value=value[:most],
        normalised=normalised[:most],
        glyphs=_glyphs(one.glyphs, value[:most]),
        others=tuple(dict.fromkeys(other for other in others if other)),
        flags=tuple(dict.fromkeys([*one.flags, *hidden, *dangers(value, normalised, kind)])),
    )


def _is_hidden(one: Found) -> bool:
    """Whether signs of a value cannot be seen, or are too small for it."""
    texts = (one.value, *(glyph.text for glyph in one.glyphs))
    widths = [glyph.right - glyph.left for glyph in one.glyphs]
    return any(hides(text) for text in texts) or (bool(widths) and fmean(widths) < MINUTE)


def _glyphs(glyphs: Sequence[Glyph], value: str) -> tuple[Glyph, ...]:
    """The glyphs of what is left of a value, in order."""
    room, kept = sum(not sign.isspace() for sign in value), []
    for glyph in glyphs:
        text = cleaned(glyph.text)
        room -= len(text)
        if room < 0:
            break
        if text:
            kept.append(replace(glyph, text=text, other=cleaned(glyph.other)))
    return tuple(kept)
