"""What a page says of a transcript, and how a transcript reads as plain text."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from apps.delivery.kept import Kept
from apps.extraction import services as extraction
from apps.intake.models import Document
from apps.vault.classes import ArtifactClass

MEDIA_TYPE = "text/plain; charset=utf-8"
HEAD = (
    "Transcript of {document}, made by a machine from its pages. It is no substitute for the "
    "original. Numbers of cards and persons are hidden."
)
CUT = "The document was longer than a transcript may be. The rest is left out."


class Absence(NamedTuple):
    """Why a document has no transcript."""

    title: str
    reason: str


def absence(document: Document, kept: Sequence[Kept], *, working: bool) -> Absence | None:
    """Why there is none; None where one was made. `working`: the job has not ended."""
    if any(part.kind == ArtifactClass.TRANSCRIPT for part in kept):
        return None
    if not document.submission.transcript:
        return Absence("never made", "You asked for fields only.")
    if extraction.doctype_of(document) is not None:
        return Absence("never made", "The text of such a document is never kept.")
    if working:
        return Absence("not made yet", "It is written once the document has been read.")
    return Absence("never made", "The document was not read.")


def plain_text(content: Mapping[str, Any]) -> str:
    """A transcript for a text editor: what it is, then page by page."""
    parts = [HEAD.format(document=content["document"])]
    for page in content["pages"]:
        parts += [f"--- Page {page['page']} ---", page["text"]]
    return "\n\n".join([*parts, CUT] if content["cut"] else parts) + "\n"
