"""A laid-out document as a file of one form."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from apps.extraction.synthetic import paper, pdf, raster
from apps.extraction.synthetic.page import Draft

Pages = Sequence[Image.Image]


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file: what it is called, and how pictures of pages become one."""

    ending: str  # of the file's name
    media_type: str
    save: Callable[[Draft, Pages, float], bytes] | None  # None: text, never a picture
    single: bool = False  # whether it holds one page only


def written(draft: Draft, form: Form, *, worn: float, rng: random.Random) -> bytes:
    """The bytes of the file.

    Raises:
        ValueError: text that was never on paper cannot be worn.
    """
    if form.save is None:
        if worn:
            raise ValueError("A born-digital PDF is never worn; ask for a scan.")
        return pdf.typeset(draft.sheets)
    pages = [
        paper.wear(raster.render(sheet), sheet, amount=worn, rng=rng, stock=draft.stock)
        for sheet in draft.sheets
    ]
    return form.save(draft, pages, worn)


def _png(draft: Draft, pages: Pages, worn: float) -> bytes:
    dpi = draft.sheets[0].dpi
    return _saved(pages[0], "PNG", dpi=(dpi, dpi), optimize=False)


def _jpeg(draft: Draft, pages: Pages, worn: float) -> bytes:
    return _jpegs(draft, pages[:1], worn)[0]


def _tiff(draft: Draft, pages: Pages, worn: float) -> bytes:
    """All pages in grey, as scanners for whole binders make them."""
    dpi = draft.sheets[0].dpi
    first, *others = (page.convert("L") for page in pages)
    return _saved(
        first,
        "TIFF",
        save_all=True,
        append_images=others,
        compression="tiff_adobe_deflate",
        dpi=(dpi, dpi),
    )


def _scan(draft: Draft, pages: Pages, worn: float) -> bytes:
    return pdf.scanned(draft.sheets, _jpegs(draft, pages, worn), [page.size for page in pages])


def _jpegs(draft: Draft, pages: Pages, worn: float) -> list[bytes]:
    dpi = draft.sheets[0].dpi
    return [_saved(page, "JPEG", quality=paper.quality(worn), dpi=(dpi, dpi)) for page in pages]


def _saved(page: Image.Image, form: str, **options: object) -> bytes:
    file = BytesIO()
    page.save(file, form, **options)
    return file.getvalue()


FORMS: Mapping[str, Form] = {
    "pdf": Form(".pdf", "application/pdf", None),
    "scan.pdf": Form("-scan.pdf", "application/pdf", _scan),
    "png": Form(".png", "image/png", _png, single=True),
    "jpeg": Form(".jpg", "image/jpeg", _jpeg, single=True),
    "tiff": Form(".tif", "image/tiff", _tiff),
}
