"""Behind the wall: draw every page of a file. Bytes in, pages out.

Arguments: media type, dots per inch, most pixels a page. For each page one line of JSON
{"number", "width", "height"} and then its pixels, 3 bytes each, row by row.
"""

import io
import json
import sys
from collections.abc import Iterator

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

FORMATS = ("PNG", "JPEG", "TIFF", "HEIF")
POINTS = 72  # an inch

Pixels = NDArray[np.uint8]


def main() -> None:
    media_type, dpi, most = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    content = sys.stdin.buffer.read()
    draw = _from_pdf if media_type == "application/pdf" else _from_image
    for number, pixels in enumerate(draw(content, dpi, most), start=1):
        height, width = pixels.shape[:2]
        head = json.dumps({"number": number, "width": width, "height": height})
        sys.stdout.buffer.write(head.encode() + b"\n")
        sys.stdout.buffer.write(np.ascontiguousarray(pixels).data)
    sys.stdout.buffer.flush()


def _from_pdf(content: bytes, dpi: int, most: int) -> Iterator[Pixels]:
    """Pages as they look on paper: forms filled in, annotations drawn."""
    document = pdfium.PdfDocument(content)
    document.init_forms()
    for page in document:
        width, height = page.get_size()
        scale = min(dpi / POINTS, (most / max(1.0, width * height)) ** 0.5)
        bitmap = page.render(scale=scale, rev_byteorder=True, may_draw_forms=True)
        yield _rgb(bitmap.to_numpy())
        page.close()


def _from_image(content: bytes, dpi: int, most: int) -> Iterator[Pixels]:
    """Frames turned as the camera says, on white where they are transparent."""
    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # intake refused what is too large; here it is scaled
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        for frame in range(getattr(image, "n_frames", 1)):
            image.seek(frame)
            yield np.ascontiguousarray(np.asarray(_opaque(_fitted(image, most))))


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
