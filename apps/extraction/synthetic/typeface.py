"""What a TrueType file says about its glyphs: which, how wide, and how close.

Only what the fonts beside this module use: one `cmap` of format 4 and one `kern` of format 0.
The picture and the PDF both take their positions from here, so they agree to the pixel.

Source: OpenType specification 1.9, tables head, hhea, hmtx, cmap and kern.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"


@dataclass(frozen=True, slots=True)
class Typeface:
    """One font file; widths and heights are in font units unless a name says otherwise."""

    name: str
    file: bytes
    units: int  # per em
    box: tuple[int, int, int, int]  # left, bottom, right, top of all glyphs together
    ascent: int
    descent: int  # negative
    glyphs: Mapping[int, int]  # code point to glyph
    advances: tuple[int, ...]  # by glyph
    kerning: Mapping[tuple[int, int], int]  # glyph pair to the change of distance

    def advance(self, character: str) -> float:
        """How far the pen moves for one character, in ems."""
        return self.advances[self._glyph(character)] / self.units

    def pens(self, text: str, spacing: float = 0.0) -> list[float]:
        """Where the pen stands before each character and after the last, in ems."""
        glyphs = [self._glyph(character) for character in text]
        pens = [0.0]
        for glyph, following in zip_longest(glyphs, glyphs[1:], fillvalue=-1):
            units = self.advances[glyph] + self.kerning.get((glyph, following), 0)
            pens.append(pens[-1] + units / self.units + spacing)
        return pens

    def _glyph(self, character: str) -> int:
        try:
            return self.glyphs[ord(character)]
        except KeyError:
            raise ValueError(f"{self.name} has no U+{ord(character):04X}.") from None


@cache
def typeface(name: str) -> Typeface:
    """Read a font of the folder once."""
    file = (FONTS / f"{name}.ttf").read_bytes()
    tables = _tables(file)
    head, hhea = tables["head"], tables["hhea"]
    ascent, descent = struct.unpack_from(">hh", hhea, 4)
    return Typeface(
        name=name,
        file=file,
        units=struct.unpack_from(">H", head, 18)[0],
        box=struct.unpack_from(">hhhh", head, 36),
        ascent=ascent,
        descent=descent,
        glyphs=_glyphs(tables["cmap"]),
        advances=_advances(tables["hmtx"], tables["maxp"], hhea),
        kerning=_kerning(tables["kern"]) if "kern" in tables else {},
    )


def _tables(file: bytes) -> dict[str, bytes]:
    (count,) = struct.unpack_from(">H", file, 4)
    records = [struct.unpack_from(">4sIII", file, 12 + 16 * index) for index in range(count)]
    return {tag.decode("ascii"): file[at : at + size] for tag, _, at, size in records}


def _advances(hmtx: bytes, maxp: bytes, hhea: bytes) -> tuple[int, ...]:
    (measured,) = struct.unpack_from(">H", hhea, 34)
    (glyphs,) = struct.unpack_from(">H", maxp, 4)
    advances = [struct.unpack_from(">H", hmtx, 4 * index)[0] for index in range(measured)]
    return (*advances, *(advances[-1:] * (glyphs - measured)))


def _glyphs(cmap: bytes) -> dict[int, int]:
    (offset,) = struct.unpack_from(">I", cmap, 8)
    table = cmap[offset:]
    form, _, _, doubled = struct.unpack_from(">HHHH", table)
    if form != 4:
        raise ValueError("The fonts here carry a cmap of format 4.")
    count = doubled // 2
    ends, starts, deltas, ranges = (
        struct.unpack_from(f">{count}H", table, at + skip)
        for at, skip in zip(range(14, 14 + 8 * count, 2 * count), (0, 2, 2, 2), strict=True)
    )
    found: dict[int, int] = {}
    for index in range(count):
        for code in range(starts[index], min(ends[index], 0xFFFE) + 1):
            place = 16 + 6 * count + 2 * index + ranges[index] + 2 * (code - starts[index])
            glyph = struct.unpack_from(">H", table, place)[0] if ranges[index] else code
            found[code] = (glyph + deltas[index]) & 0xFFFF
    return found


def _kerning(kern: bytes) -> dict[tuple[int, int], int]:
    (count,) = struct.unpack_from(">H", kern, 10)
    pairs = (struct.unpack_from(">HHh", kern, 18 + 6 * index) for index in range(count))
    return {(left, right): change for left, right, change in pairs}
