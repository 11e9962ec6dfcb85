"""What may come in: the first bytes decide, not the name, and a parser in the jail confirms."""

from enum import StrEnum

from apps.base.errors import Unreadable

ENOUGH = 16  # bytes that decide the type
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),  # BigTIFF
    (b"MM\x00+", "image/tiff"),
)


class Refusal(StrEnum):
    """Why a file is not taken, and what its sender can do. The values go on the trail."""

    EMPTY = "empty"
    TYPE = "type"
    TOO_LARGE = "too_large"
    LOCKED = "locked"
    DAMAGED = "damaged"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_HARD = "too_hard"
    NO_SUCH_PAGES = "no_such_pages"
    SIGNED_WHOLE = "signed_whole"
    DUPLICATE = "duplicate"


class Found(StrEnum):
    """How a file was recognised as signed: the strongest trace that it carries."""

    FIELD = "signature field"
    DAMAGED = "damaged form"  # a signature that no field of the form leads to
    REMNANT = "byte-range remnant"  # what is left of a signature in the bytes
    DECLARED = "declared"  # by its sender alone


class Channel(StrEnum):
    """The door a file came through."""

    PAGE = "page"
    API = "API"
    COMMAND = "command"


class Flag(StrEnum):
    """What a file carries besides its pages. It is taken, and nothing of that is handed on."""

    ACTIVE = "active_content"
    ATTACHED = "embedded_file"
    ENCRYPTED = "encryption"  # under a password that everybody has: the empty one
    UNCLEAR = "unclear_structure"


SENTENCES: dict[Refusal, str] = {
    Refusal.EMPTY: "This file is empty. Choose the file again; we kept nothing.",
    Refusal.TYPE: "Not a document we read. Use PDF, JPEG, PNG, TIFF or HEIC. We kept nothing.",
    Refusal.TOO_LARGE: "Larger than 50 MB. Split it, or scan at 300 dpi. We kept nothing.",
    Refusal.LOCKED: "Locked with a password. Remove it and add the file again. We kept nothing.",
    Refusal.DAMAGED: "Damaged or cut short. Save or scan it again and resend. We kept nothing.",
    Refusal.TOO_MANY_PAGES: "More than 300 pages. Choose the pages you need. We kept nothing.",
    Refusal.TOO_MANY_PIXELS: "A page is far too large. Scan at 300 dpi or less. We kept nothing.",
    Refusal.TOO_HARD: "Checking this file took more than it may. Print it to a new PDF and send "
    "that. We kept nothing.",
    Refusal.NO_SUCH_PAGES: "It does not have the pages you asked for. We kept nothing.",
    Refusal.SIGNED_WHOLE: "It is signed, and a signature covers the whole file. Leave Pages empty "
    "to send it whole. We kept nothing.",
    Refusal.DUPLICATE: "This file was sent before.",
}


class Refused(Unreadable):
    """A file that is not taken; nothing of it is kept."""

    def __init__(self, refusal: Refusal, *, again: str = "") -> None:
        super().__init__(f"{SENTENCES[refusal]} {again}".strip())
        self.refusal = refusal


def media_type(head: bytes) -> str:
    """The media type that the first bytes prove.

    Raises:
        Refused: the bytes begin like no document we read.
    """
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return "image/heic"
    raise Refused(Refusal.TYPE if head else Refusal.EMPTY)
