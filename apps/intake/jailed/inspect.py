"""Behind the wall: say what a file is. Bytes on standard input, one JSON object out.

{"pages": 2, "signed": "signature field", "flags": []} or {"refused": "locked"}.
"""

import io
import json
import sys
import warnings

import pypdfium2 as pdfium
from PIL import Image
from pillow_heif import register_heif_opener

from apps.intake.jailed.carried import flags
from apps.intake.jailed.traces import found

FORMATS = ("PNG", "JPEG", "TIFF", "HEIF")
PASSWORD = 4  # PDFium's error number for a missing password


class Unfit(Exception):
    """Carries the code of a refusal."""


def main() -> None:
    media_type, most_pages, most_pixels = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    content = sys.stdin.buffer.read()
    try:
        facts = _facts(content, media_type, most_pages, most_pixels)
    except Unfit as unfit:
        facts = {"refused": str(unfit)}
    sys.stdout.write(json.dumps(facts))


def _facts(content: bytes, media_type: str, most_pages: int, most_pixels: int) -> dict[str, object]:
    if media_type == "application/pdf":
        pages = _pdf_pages(content, most_pages)
        return {"pages": pages, "signed": found(content) or "", "flags": flags(content)}
    return {"pages": _frames(content, most_pages, most_pixels), "signed": "", "flags": []}


def _pdf_pages(content: bytes, most: int) -> int:
    """Count with PDFium first: it says no to a bomb of pages in a fraction of the time."""
    try:
        document = pdfium.PdfDocument(content)
        pages = len(document)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == PASSWORD
        raise Unfit("locked" if locked else "damaged") from error
    if pages == 0:
        raise Unfit("damaged")
    if pages > most:
        raise Unfit("too_many_pages")
    return pages


def _frames(content: bytes, most: int, most_pixels: int) -> int:
    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = most_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > most:
                raise Unfit("too_many_pages")
            for frame in range(frames):
                image.seek(frame)
                _check_size(image.size, most_pixels)
            image.seek(0)
            image.load()  # proves that the first page is whole
            return int(frames)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unfit("too_many_pixels") from error
    except Unfit:
        raise
    except MemoryError as error:
        raise Unfit("too_hard") from error
    except Exception as error:  # a decoder fails in as many ways as there are broken files
        raise Unfit("damaged") from error


def _check_size(size: tuple[int, int], most_pixels: int) -> None:
    if size[0] * size[1] > most_pixels:
        raise Unfit("too_many_pixels")
