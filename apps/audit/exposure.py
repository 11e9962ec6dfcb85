"""What an address hands out, declared on its view and enforced by the middleware.

Every view of the portal says what of a document it shows. A view that shows content must have
recorded so before its answer leaves; the middleware withholds an answer that was not recorded.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from apps.audit.tags import Tag

View = TypeVar("View", bound=Callable[..., object])

DECLARED = "exposes"  # the attribute a view carries


class Exposure(StrEnum):
    NOTHING = "nothing"  # no content of any document
    CROP = "crop"  # the pixels of one slit
    GLYPH = "glyph"  # the pixels of one character
    WIDER = "wider"  # the pixels of one slit with room around it
    LINE = "line"  # the pixels of one line
    PAGE = "page"  # the pixels of one page
    READINGS = "readings"  # what two readers said of one field
    FIELDS = "fields"  # masked values
    VALUE = "value"  # one value in clear
    RESULT = "result"  # a typed result
    TRANSCRIPT = "transcript"  # the whole text
    TRAIL = "trail"  # who did what; no content, but reading it is recorded too
    EXPORT = "export"  # the trail itself, to take away
    RECORD = "record"  # what was received, and what its signatures were worth
    EVIDENCE = "evidence"  # a signed original, or what proves it, to take away
    RECEIPT = "receipt"  # what was erased; likewise


# The events any one of which proves that an exposure was recorded.
PROOF: dict[Exposure, frozenset[Tag]] = {
    Exposure.NOTHING: frozenset(),
    Exposure.CROP: frozenset({Tag.CROP_DELIVERED}),
    Exposure.GLYPH: frozenset({Tag.GLYPH_DELIVERED}),
    Exposure.WIDER: frozenset({Tag.WIDER_DELIVERED}),
    Exposure.LINE: frozenset({Tag.LINE_DELIVERED}),
    Exposure.PAGE: frozenset({Tag.PAGE_DELIVERED}),
    Exposure.READINGS: frozenset({Tag.READINGS_SHOWN}),
    Exposure.FIELDS: frozenset({Tag.FIELDS_SHOWN}),
    Exposure.VALUE: frozenset({Tag.FIELD_REVEALED}),
    Exposure.RESULT: frozenset({Tag.RESULT_DOWNLOADED}),
    Exposure.TRANSCRIPT: frozenset({Tag.TRANSCRIPT_DOWNLOADED}),
    Exposure.TRAIL: frozenset({Tag.TRAIL_READ}),
    Exposure.EXPORT: frozenset({Tag.EXPORT_DOWNLOADED}),
    Exposure.RECORD: frozenset({Tag.RECORD_SHOWN}),
    Exposure.EVIDENCE: frozenset({Tag.ORIGINAL_DOWNLOADED, Tag.EVIDENCE_DOWNLOADED}),
    Exposure.RECEIPT: frozenset({Tag.RECEIPT_READ}),
}

# Events that are in a signed checkpoint before the answer leaves: whoever rules the database
# cannot take them back once somebody has seen what they tell of.
SEALED_FIRST: frozenset[Tag] = frozenset(
    {
        Tag.FIELD_REVEALED,
        Tag.RESULT_DOWNLOADED,
        Tag.TRANSCRIPT_DOWNLOADED,
        Tag.PAGE_GRANTED,
        Tag.PAGE_DELIVERED,
        Tag.EXPORT_DOWNLOADED,
        Tag.ORIGINAL_DOWNLOADED,
        Tag.EVIDENCE_DOWNLOADED,
        Tag.GRANT_GIVEN,
        Tag.DELETION_ASKED,
    }
)


def exposes(what: Exposure) -> Callable[[View], View]:
    """Declare what a view hands out."""

    def declare(view: View) -> View:
        setattr(view, DECLARED, what)
        return view

    return declare
