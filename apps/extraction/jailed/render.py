"""Behind the wall: draw every page of a file, and say what else it says. Bytes in, pages out.

Arguments: media type, dots per inch, most pixels a page. For each page one line of JSON {"number",
"width", "height", "layer", "aside"}; its pixels, 3 bytes each, row by row; "layer" bytes of its
text layer, see `layers`; "aside" bytes of JSON {"cut", "codes", "invoices", "refused"}, the last
two with the first page only, because they are the file's.
"""

import io
import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from apps.extraction.jailed import codes, layer
from apps.extraction.layers import CHARACTER, Characters

FORMATS = ("PNG", "JPEG", "TIFF", "HEIF")
POINTS = 72  # an inch
EMBEDDED = "apps.extraction.jailed.embedded"
MOST_ATTACHED = 20  # files whose names are looked at

Pixels = NDArray[np.uint8]
Aside = dict[str, Any]
Drawn = tuple[Pixels, Characters, Aside]

NO_LAYER = np.zeros(0, CHARACTER)


def main() -> None:
    media_type, dpi, most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    content = sys.stdin.buffer.read()
    draw = _from_pdf if media_type == "application/pdf" else _from_image
    for number, (pixels, characters, aside) in enumerate(draw(content, dpi, most), start=1):
        aside["codes"] = _tried(codes.read, pixels, otherwise=[])
        _say(number, pixels, characters.tobytes(), aside)
    sys.stdout.buffer.flush()


def _say(number: int, pixels: Pixels, told: bytes, aside: Aside) -> None:
    height, width = pixels.shape[:2]
    beside = json.dumps(aside, separators=(",", ":")).encode()
    head = {"number": number, "width": width, "height": height}
    head |= {"layer": len(told), "aside": len(beside)}
    for part in (
        json.dumps(head).encode() + b"\n",
        np.ascontiguousarray(pixels).data,
        told,
        beside,
    ):
        sys.stdout.buffer.write(part)


def _from_pdf(content: bytes, dpi: int, most: int) -> Iterator[Drawn]:
    """Pages as they look on paper: forms filled in, annotations drawn."""
    document = pdfium.PdfDocument(content)
    document.init_forms()
    of_file = _embedded(document, content)
    for page in document:
        width, height = page.get_size()
        scale = min(dpi / POINTS, (most / max(1.0, width * height)) ** 0.5)
        bitmap = page.render(scale=scale, rev_byteorder=True, may_draw_forms=True)
        pixels = _rgb(bitmap.to_numpy())
        characters, cut = _tried(layer.read, page, pixels, otherwise=(NO_LAYER, True))
        yield pixels, characters, {"cut": cut, **of_file}
        of_file = {}
        page.close()


def _embedded(document: pdfium.PdfDocument, content: bytes) -> Aside:
    """The structured invoices of a file.

    Their parser takes longer to load than a page to draw: only files that may have some pay for it.
    """
    if not _tried(_may_have_some, document, otherwise=False):
        return {}
    read = import_module(EMBEDDED).invoices
    invoices, refused = _tried(read, content, otherwise=([], True))
    return {"invoices": invoices, "refused": refused}


def _may_have_some(document: pdfium.PdfDocument) -> bool:
    attached = range(min(document.count_attachments(), MOST_ATTACHED))
    names = (document.get_attachment(at).get_name() for at in attached)
    return any(name.lower().endswith(".xml") for name in names)


def _tried(read: Callable[..., Any], *arguments: Any, otherwise: Any) -> Any:
    """What a second reading says. One that breaks says nothing, and the page is drawn as ever."""
    try:
        return read(*arguments)
    except Exception:  # a parser fails in as many ways as there are broken files
        return otherwise


def _from_image(content: bytes, dpi: int, most: int) -> Iterator[Drawn]:
    """Frames turned as the camera says, on white where they are transparent."""
    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # intake refused what is too large; here it is scaled
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        for frame in range(getattr(image, "n_frames", 1)):
            image.seek(frame)
            pixels = np.ascontiguousarray(np.asarray(_opaque(_fitted(image, most))))
            yield pixels, NO_LAYER, {}


def _fitted(image: Image.Image, most: int) -> Image.Image:
    turned = ImageOps.exif_transpose(image)
    excess = (turned.width * turned.height / most) ** 0.5
    if excess > 1:
        turned.thumbnail((int(turned.width / excess), int(turned.height / excess)))
    return turned


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode in ("I;16", "I", "F"):
        image = _eight_bits(image)
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    paper = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(paper, layered).convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image, dtype=np.float32)
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) * (255 / ((high - low) or 1))
    return Image.fromarray(scaled.astype(np.uint8))


def _rgb(bitmap: NDArray[np.uint8]) -> Pixels:
    if bitmap.ndim == 2 or bitmap.shape[2] == 1:
        return np.repeat(bitmap.reshape(*bitmap.shape[:2], 1), 3, axis=2)
    return np.ascontiguousarray(bitmap[:, :, :3])
