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
    LINE = "line"  # the pixels of one line
    FIELDS = "fields"  # masked values
    VALUE = "value"  # one value in clear
    RESULT = "result"  # a typed result
    TRANSCRIPT = "transcript"  # the whole text
    TRAIL = "trail"  # who did what; no content, but reading it is recorded too
    RECEIPT = "receipt"  # what was erased; likewise


# The events any one of which proves that an exposure was recorded.
PROOF: dict[Exposure, frozenset[Tag]] = {
    Exposure.NOTHING: frozenset(),
    Exposure.CROP: frozenset({Tag.CROP_DELIVERED}),
    Exposure.LINE: frozenset({Tag.LINE_DELIVERED}),
    Exposure.FIELDS: frozenset({Tag.FIELDS_SHOWN}),
    Exposure.VALUE: frozenset({Tag.FIELD_REVEALED}),
    Exposure.RESULT: frozenset({Tag.RESULT_DOWNLOADED}),
    Exposure.TRANSCRIPT: frozenset({Tag.TRANSCRIPT_DOWNLOADED}),
    Exposure.TRAIL: frozenset({Tag.TRAIL_READ}),
    Exposure.RECEIPT: frozenset({Tag.RECEIPT_READ}),
}


def exposes(what: Exposure) -> Callable[[View], View]:
    """Declare what a view hands out."""

    def declare(view: View) -> View:
        setattr(view, DECLARED, what)
        return view

    return declare
