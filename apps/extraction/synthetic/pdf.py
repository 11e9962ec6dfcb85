"""Sheets as a PDF: as real text with its fonts, or as one picture a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from apps.extraction.synthetic.page import POINT, Area, Colour, Run, Sheet, Stroke
from apps.extraction.synthetic.typeface import Typeface, typeface

DRAWN_AT = datetime(2026, 1, 1, tzinfo=UTC)  # so that equal calls give equal bytes
SYMBOLIC = 4  # font flag: the glyphs are found by our own map, not by an encoding


def typeset(sheets: Sequence[Sheet], *, title: str = "", drawn_at: datetime = DRAWN_AT) -> bytes:
    """A born-digital PDF with embedded fonts and a text layer."""
    pdf = Pdf.new()
    fonts = _fonts(pdf, sheets)
    for sheet in sheets:
        content = pdf.make_stream(_content(sheet).encode("ascii"))
        resources = Dictionary(Font=Dictionary({f"/{name}": fonts[name] for name in fonts}))
        _add_page(pdf, sheet, content, resources)
    if title:
        pdf.docinfo[Name.Title] = String(title)
    return _saved(pdf, drawn_at)


def scanned(
    sheets: Sequence[Sheet], jpegs: Sequence[bytes], sizes: Sequence[tuple[int, int]]
) -> bytes:
    """A PDF whose pages are pictures, as a scanner makes it; `sizes` are theirs in pixels."""
    pdf = Pdf.new()
    for sheet, jpeg, size in zip(sheets, jpegs, sizes, strict=True):
        picture = pdf.make_stream(
            jpeg,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=size[0],
            Height=size[1],
            ColorSpace=Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=Name.DCTDecode,
        )
        width, height = sheet.width / POINT, sheet.height / POINT
        content = pdf.make_stream(f"{width:.3f} 0 0 {height:.3f} 0 0 cm /Scan Do".encode("ascii"))
        _add_page(pdf, sheet, content, Dictionary(XObject=Dictionary(Scan=picture)))
    return _saved(pdf)


def _add_page(pdf: Pdf, sheet: Sheet, content: Object, resources: Object) -> None:
    box = Array([0, 0, round(sheet.width / POINT, 3), round(sheet.height / POINT, 3)])
    page = Dictionary(Type=Name.Page, MediaBox=box, Contents=content, Resources=resources)
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))


def _saved(pdf: Pdf, drawn_at: datetime = DRAWN_AT) -> bytes:
    pdf.docinfo[Name.CreationDate] = String(f"D:{drawn_at:%Y%m%d%H%M%S}Z")
    out = BytesIO()
    pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _content(sheet: Sheet) -> str:
    """The drawing, in points from the lower left corner as PDF counts."""
    lines = [f"{1 / POINT:.6f} 0 0 {1 / POINT:.6f} 0 {sheet.height / POINT:.3f} cm 1 J 1 j"]
    lines += [_shape(shape) for shape in sheet.shapes]
    lines += [_text(run) for run in sheet.runs]
    return "\n".join(lines)


def _shape(shape: Area | Stroke) -> str:
    first, *rest = (f"{x:.3f} {-y:.3f}" for x, y in shape.spots)
    path = f"{first} m " + " ".join(f"{spot} l" for spot in rest)
    if isinstance(shape, Area):
        return f"{_colour(shape.colour)} rg {path} h f"
    return f"{_colour(shape.colour)} RG {shape.width:.3f} w {path} S"


def _colour(colour: Colour) -> str:
    return " ".join(f"{part / 255:.3f}" for part in colour)


def _text(run: Run) -> str:
    angle = math.radians(run.turn)
    sine, cosine = math.sin(angle), math.cos(angle)
    matrix = f"{cosine:.5f} {sine:.5f} {-sine:.5f} {cosine:.5f} {run.x:.3f} {-run.y:.3f} Tm"
    style = f"{_colour(run.ink.colour)} rg /{run.ink.face} {run.ink.height:.4f} Tf"
    return f"BT {style} {matrix} [{_shown(run)}] TJ ET"


def _shown(run: Run) -> str:
    """Characters as four digits of Unicode, and what kerning takes off between them."""
    face = typeface(run.ink.face)
    parts = []
    for character, (here, there) in zip(
        run.text, pairwise(face.pens(run.text, run.ink.spacing)), strict=True
    ):
        nudge = round((face.advance(character) - (there - here)) * 1000)
        parts.append(f"<{ord(character):04X}>" + (f" {nudge}" if nudge else ""))
    return " ".join(parts).replace("> <", "")


def _fonts(pdf: Pdf, sheets: Sequence[Sheet]) -> dict[str, Object]:
    """The fonts of the text, each with a map for the characters that occur."""
    used: dict[str, set[str]] = {}
    for sheet in sheets:
        for run in sheet.runs:
            used.setdefault(run.ink.face, set()).update(run.text)
    return {name: _font(pdf, typeface(name), sorted(used[name])) for name in sorted(used)}


def _font(pdf: Pdf, face: Typeface, characters: Sequence[str]) -> Object:
    """A composite font whose character codes are Unicode itself."""
    name = Name(f"/{face.name}")
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([_descendant(pdf, face, name, characters)]),
            ToUnicode=pdf.make_stream(_to_unicode(characters).encode("ascii")),
        )
    )


def _descendant(pdf: Pdf, face: Typeface, name: Name, characters: Sequence[str]) -> Object:
    widths = [[ord(one), Array([round(face.advance(one) * 1000)])] for one in characters]
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=name,
            CIDSystemInfo=Dictionary(
                Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0
            ),
            FontDescriptor=_descriptor(pdf, face, name),
            W=Array([part for pair in widths for part in pair]),
            CIDToGIDMap=pdf.make_stream(_glyph_map(face, characters)),
        )
    )


def _descriptor(pdf: Pdf, face: Typeface, name: Name) -> Object:
    def milli(units: int) -> int:
        return round(units * 1000 / face.units)

    return pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=name,
            Flags=SYMBOLIC,
            FontBBox=Array([milli(edge) for edge in face.box]),
            ItalicAngle=-12 if face.name.endswith("Italic") else 0,
            Ascent=milli(face.ascent),
            Descent=milli(face.descent),
            CapHeight=700,
            StemV=80,
            FontFile2=pdf.make_stream(face.file, Length1=len(face.file)),
        )
    )


def _glyph_map(face: Typeface, characters: Sequence[str]) -> bytes:
    """Two bytes for each code up to the highest used: the glyph."""
    glyphs = bytearray(2 * (max(map(ord, characters)) + 1))
    for character in characters:
        code = ord(character)
        glyphs[2 * code : 2 * code + 2] = face.glyphs[code].to_bytes(2, "big")
    return bytes(glyphs)


def _to_unicode(characters: Sequence[str]) -> str:
    blocks = [characters[at : at + 100] for at in range(0, len(characters), 100)]  # PDF's limit
    body = "\n".join(
        f"{len(block)} beginbfchar\n"
        + "".join(f"<{ord(one):04X}> <{ord(one):04X}>\n" for one in block)
        + "endbfchar"
        for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{body}\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )
