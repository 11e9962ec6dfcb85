"""Behind the wall: a copy of a file with only some of its pages.

Arguments: media type, page numbers like `1,2,5`. The file on standard input, the copy out.
"""

import io
import sys

import pikepdf
from PIL import Image, ImageSequence

# Keys of a page, or of what it leads to, that no derived copy keeps.
BEHIND = frozenset(
    {"/AA", "/AF", "/Annots", "/EF", "/JS", "/LastModified", "/Metadata", "/PieceInfo", "/Thumb"}
)


def main() -> None:
    media_type, pages = sys.argv[1], [int(number) for number in sys.argv[2].split(",")]
    content = sys.stdin.buffer.read()
    choose = _from_pdf if media_type == "application/pdf" else _from_image
    sys.stdout.buffer.write(choose(content, pages))


def _from_pdf(content: bytes, pages: list[int]) -> bytes:
    """Pages move to a new file as they look; what hangs on the old file's root stays behind."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as source, pikepdf.new() as copy:
        _draw_annotations(source)
        for number in pages:
            copy.pages.append(source.pages[number - 1])
        _take_off(copy)
        copy.remove_unreferenced_resources()
        copy.save(out, deterministic_id=True)
    return out.getvalue()


def _draw_annotations(source: pikepdf.Pdf) -> None:
    """Make forms and notes part of the page: without this, what was filled in would vanish."""
    if "/AcroForm" in source.Root:
        source.Root.AcroForm.NeedAppearances = True
        source.generate_appearance_streams()
    source.flatten_annotations("screen")


def _take_off(copy: pikepdf.Pdf) -> None:
    """What a page brings along that is not drawn: links, scripts, media, histories."""
    for held in copy.objects:
        if isinstance(held, pikepdf.Dictionary | pikepdf.Stream):
            for key in BEHIND & set(held.keys()):
                del held[key]


def _from_image(content: bytes, pages: list[int]) -> bytes:
    """Frames of a TIFF, packed without loss."""
    with Image.open(io.BytesIO(content), formats=("TIFF",)) as image:
        frames = [frame.copy() for frame in ImageSequence.Iterator(image)]
    chosen = [frames[number - 1] for number in pages]
    out = io.BytesIO()
    chosen[0].save(
        out, "TIFF", save_all=True, append_images=chosen[1:], compression="tiff_adobe_deflate"
    )
    return out.getvalue()
