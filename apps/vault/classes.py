"""The kinds of things the portal keeps of a document, each with keys and a place of its own.

`longest` is a ceiling from birth: whatever happens to the rest of the portal, an artifact that
nobody gave a shorter clock is due then. Retention sets the real clock.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Family(StrEnum):
    """Keys that are never used for one another's artifacts."""

    SOURCE = "source"
    IMAGE = "image"
    SLIT = "slit"
    TEXT = "text"
    FIELDS = "fields"
    RESULT = "result"
    EVIDENCE = "evidence"
    DIAGNOSIS = "diagnosis"
    SIGNING = "signing"  # of no artifact: what certificates are signed with


class ArtifactClass(StrEnum):
    ORIGINAL = "original"
    PAGE_IMAGE = "page image"
    CROP = "crop"
    TRANSCRIPT = "transcript"
    FIELDS = "fields"
    RESULT = "result"
    ERROR_SNAPSHOT = "error snapshot"
    EXPORT = "export"
    SIGNATURE_EVIDENCE = "signature evidence"


@dataclass(frozen=True, slots=True)
class Kind:
    family: Family
    prefix: str  # where in the store; a bucket policy can name it
    longest: timedelta
    in_store: bool = True  # False: rows in the database, sealed value by value


KINDS: dict[ArtifactClass, Kind] = {
    ArtifactClass.ORIGINAL: Kind(Family.SOURCE, "originals", timedelta(days=7)),
    ArtifactClass.PAGE_IMAGE: Kind(Family.IMAGE, "pages", timedelta(days=14)),
    ArtifactClass.CROP: Kind(Family.SLIT, "crops", timedelta(days=14)),
    ArtifactClass.TRANSCRIPT: Kind(Family.TEXT, "transcripts", timedelta(days=30)),
    ArtifactClass.FIELDS: Kind(Family.FIELDS, "", timedelta(days=366), in_store=False),
    ArtifactClass.RESULT: Kind(Family.RESULT, "results", timedelta(days=366)),
    ArtifactClass.ERROR_SNAPSHOT: Kind(Family.DIAGNOSIS, "snapshots", timedelta(days=7)),
    ArtifactClass.EXPORT: Kind(Family.RESULT, "exports", timedelta(days=7)),
    ArtifactClass.SIGNATURE_EVIDENCE: Kind(Family.EVIDENCE, "evidence", timedelta(days=3660)),
}
