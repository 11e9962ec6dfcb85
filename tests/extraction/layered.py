"""PDFs whose text layer says what the test wants, and other things that a file may say aside."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw, ImageFont

from apps.base.types import Box
from apps.extraction import drawing
from apps.extraction.layers import CHARACTER, SCALE, Layer, Look, Told
from apps.extraction.witnesses import Witnesses, together

WIDTH, HEIGHT = 400, 300  # points
PDF = "application/pdf"
INVISIBLE, OUTLINE, WINDOW = 3, 1, 7  # rendering modes
WHOLE_PAGE = f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /P Do Q\n".encode()
TRANSPARENT = Dictionary(ca=0, CA=0)


def text(
    words: str, x: float = 50, y: float = 200, *, size: float = 20, mode: int = 0, grey: float = 0
) -> bytes:
    """Text from a point on, in points from the lower left."""
    shown = words.encode("cp1252").hex()
    return f"q BT {grey} g {mode} Tr /F {size} Tf {x} {y} Td <{shown}> Tj ET Q\n".encode()


def patch(grey: float, x: float = 40, y: float = 180, wide: float = 200, high: float = 60) -> bytes:
    """A patch of one colour; without more it covers what `text` writes."""
    return f"q {grey} g {x} {y} {wide} {high} re f Q\n".encode()


def pdf(
    *content: bytes,
    rotate: int = 0,
    crop: tuple[float, float, float, float] | None = None,
    picture: Image.Image | None = None,
    means: Mapping[str, str] | None = None,
    squares: bool = False,
    attached: Mapping[str, bytes] | None = None,
) -> bytes:
    """One page. A picture is drawn by `/P Do`; after `/S gs` all is transparent.

    `means` says of characters which others the file takes them for; with `squares` every character
    is drawn as one, and nobody names it.
    """
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(WIDTH, HEIGHT))
        page = document.pages[0]
        page.Contents = document.make_stream(b"".join(content))
        page.Resources = Dictionary(
            Font=Dictionary(F=_squares(document) if squares else _font(document, means)),
            ExtGState=Dictionary(S=TRANSPARENT),
        )
        if picture:
            page.Resources.XObject = Dictionary(P=_picture(document, picture))
        page.Rotate = rotate
        if crop:
            page.CropBox = Array(crop)
        for name, file in (attached or {}).items():
            document.attachments[name] = pikepdf.AttachedFileSpec(document, file, filename=name)
        document.save(out)
    return out.getvalue()


def written(words: str) -> Image.Image:
    """A picture of some words, to lie over a whole page."""
    image = Image.new("RGB", (WIDTH * 2, HEIGHT * 2), "white")
    ImageDraw.Draw(image).text((100, 160), words, "black", ImageFont.load_default(44))
    return image


def said(content: bytes, media_type: str = PDF) -> Witnesses:
    """What a file says besides its looks, heard through the jail."""
    heard: list[Witnesses] = []
    for _ in drawing.draw(io.BytesIO(content), media_type, hear=heard.append):
        pass
    return together(heard)


def told(content: bytes) -> list[Told]:
    """The words of a file's layers."""
    return [word for layer in said(content).layers for word in layer.words()]


def looks(words: Iterable[Told]) -> dict[str, str]:
    return {word.text: word.look.name for word in words}


def characters(text: str, box: Box, look: Look) -> list[tuple[int, ...]]:
    """A word of a layer as the jail packs it, spread over a box, and a gap after it."""
    wide = box.width / max(1, len(text))
    edges = [(box.left + at * wide, box.left + (at + 1) * wide) for at in range(len(text))]
    top, bottom = round(box.top * SCALE), round(box.bottom * SCALE)
    signs = [
        (ord(sign), round(left * SCALE), top, round(right * SCALE), bottom, look)
        for sign, (left, right) in zip(text, edges, strict=True)
    ]
    return [*signs, (ord(" "), 0, 0, 0, 0, Look.SEEN)]


def hidden(*words: str) -> Layer:
    """A layer with words that nobody sees, at the foot of the first page."""
    told = [
        sign
        for at, word in enumerate(words)
        for sign in characters(word, Box(0.1 + at / 5, 0.9, 0.25 + at / 5, 0.93), Look.UNSEEN)
    ]
    return Layer(1, np.array(told, CHARACTER))


def _font(document: pikepdf.Pdf, means: Mapping[str, str] | None) -> Dictionary:
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type1,
        BaseFont=Name.Helvetica,
        Encoding=Name.WinAnsiEncoding,
    )
    if means:
        font.ToUnicode = document.make_stream(_map(means))
    return font


def _squares(document: pikepdf.Pdf) -> Dictionary:
    square = document.make_stream(b"1000 0 0 0 750 750 d1 0 0 750 750 re f")
    codes = range(ord("!"), ord("~"))
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 750, 750]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        FirstChar=codes[0],
        LastChar=codes[-1],
        Widths=Array([1000] * len(codes)),
        Encoding=Dictionary(
            Type=Name.Encoding,
            Differences=Array([codes[0], *(Name(f"/square{code}") for code in codes)]),
        ),
        CharProcs=Dictionary({f"/square{code}": square for code in codes}),
        Resources=Dictionary(),
    )


def _map(means: Mapping[str, str]) -> bytes:
    lines = [
        f"<{shape.encode('cp1252').hex()}> <{other.encode('utf-16-be').hex()}>"
        for shape, other in means.items()
    ]
    return "\n".join([
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /M def",
        "1 begincodespacerange <00> <ff> endcodespacerange",
        f"{len(lines)} beginbfchar", *lines, "endbfchar endcmap end end",
    ]).encode()  # fmt: skip


def _picture(document: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Object:
    return document.make_stream(
        picture.tobytes(),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
    )
