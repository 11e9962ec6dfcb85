"""What lowers a verdict beside cryptography: one row a finding, with its sentence.

A sound signature proves that some bytes are as they were. Whether the page that a person sees is
made of those bytes, and of nothing else, is what these rows are about.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from apps.preservation.validation.indications import Indication


class Finding(StrEnum):
    UNREADABLE_FILE = "unreadable"
    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable signature"
    UNKNOWN_FORMAT = "unknown format"
    BROKEN_DIGEST = "broken digest"
    BROKEN_SIGNATURE = "broken signature"
    WRAPPED = "wrapped"
    PARTIAL = "partial"
    CHANGED = "changed"
    AFTER_THE_END = "bytes after the end"
    WITHOUT_A_FORM = "signature without a form"
    LATE_CERTIFICATION = "late certification"
    SECOND_CERTIFICATION = "second certification"
    PERMISSION_RAISED = "permission raised"
    PERMISSION_REMOVED = "permission removed"
    FIELD_OVER_WORDS = "field over words"
    PICTURE_WITHOUT_VALUE = "picture without value"
    FORM_NOT_FOLLOWED = "form not followed"
    BROKEN_STAMP = "broken stamp"
    FUTURE = "future"
    NOT_YET = "not yet"
    UNSUITABLE_ALGORITHM = "unsuitable algorithm"
    AGED_ALGORITHM = "aged algorithm"
    LAYERS = "layers"
    SCRIPTS = "scripts"
    DYNAMIC_FORM = "dynamic form"


# What a finding is about: the signed bytes, what came after them, or time and certificates.
BYTES, CHANGE, TIME = "bytes", "change", "time"


class Effect(NamedTuple):
    """What a finding makes of a signature at best, and how it is said."""

    indication: Indication
    subindication: str
    sentence: str
    about: str = CHANGE

    @property
    def breaks(self) -> bool:
        """Whether not even the version that was signed is known to be as it was."""
        return self.indication is not Indication.PASSED and self.about == BYTES

    @property
    def touches(self) -> bool:
        """Whether what a person sees may be something else than what was signed."""
        return self.indication is not Indication.PASSED and self.about != TIME


FAILED, UNDECIDED, NOTED = Indication.FAILED, Indication.INDETERMINATE, Indication.PASSED
CONSTRAINTS, FORMAT, GENERIC = "SIG_CONSTRAINTS_FAILURE", "FORMAT_FAILURE", "GENERIC"

EFFECTS: Mapping[Finding, Effect] = {
    Finding.UNREADABLE_FILE: Effect(
        UNDECIDED, GENERIC, "The file is too damaged for its signatures to be looked at.", BYTES
    ),
    Finding.ENCRYPTED: Effect(
        UNDECIDED,
        GENERIC,
        "The file asks for a password, so its signatures cannot be looked at.",
        BYTES,
    ),
    Finding.UNREADABLE: Effect(
        UNDECIDED,
        GENERIC,
        "The signature is damaged or made in a way that is not understood.",
        BYTES,
    ),
    Finding.UNKNOWN_FORMAT: Effect(
        UNDECIDED, GENERIC, "The signature has a format that the policy does not know.", BYTES
    ),
    Finding.BROKEN_DIGEST: Effect(
        FAILED, "HASH_FAILURE", "The signed bytes were changed after signing.", BYTES
    ),
    Finding.BROKEN_SIGNATURE: Effect(
        FAILED,
        "SIG_CRYPTO_FAILURE",
        "The signature was not made with the key of its certificate.",
        BYTES,
    ),
    Finding.WRAPPED: Effect(
        FAILED,
        FORMAT,
        "The signature leaves out bytes that are not its own: something was wrapped into it.",
        BYTES,
    ),
    Finding.PARTIAL: Effect(
        FAILED, FORMAT, "The signature covers only a part of the version that was signed.", BYTES
    ),
    Finding.CHANGED: Effect(
        UNDECIDED,
        CONSTRAINTS,
        "The document was changed after signing in a way that the signature does not allow.",
    ),
    Finding.AFTER_THE_END: Effect(
        UNDECIDED,
        CONSTRAINTS,
        "There are bytes after the end of the document that no version accounts for.",
    ),
    Finding.WITHOUT_A_FORM: Effect(
        UNDECIDED,
        CONSTRAINTS,
        "The file holds a signature that its form no longer leads to: it was taken out.",
    ),
    Finding.LATE_CERTIFICATION: Effect(
        UNDECIDED,
        CONSTRAINTS,
        "It certifies the document although somebody had signed it before.",
    ),
    Finding.SECOND_CERTIFICATION: Effect(
        UNDECIDED, CONSTRAINTS, "The document was certified before, and may be only once."
    ),
    Finding.PERMISSION_RAISED: Effect(
        UNDECIDED, CONSTRAINTS, "It permits changes that an earlier signature forbids."
    ),
    Finding.PERMISSION_REMOVED: Effect(
        UNDECIDED, CONSTRAINTS, "The document no longer names the certification that binds it."
    ),
    Finding.FIELD_OVER_WORDS: Effect(
        UNDECIDED,
        CONSTRAINTS,
        "A field that was filled in later lies over words of the signed page.",
    ),
    Finding.PICTURE_WITHOUT_VALUE: Effect(
        UNDECIDED,
        CONSTRAINTS,
        "A field shows something else than when it was signed, though its value is the same.",
    ),
    Finding.FORM_NOT_FOLLOWED: Effect(
        UNDECIDED,
        CONSTRAINTS,
        "What its fields show since it was signed could not be followed.",
    ),
    Finding.BROKEN_STAMP: Effect(
        UNDECIDED, CONSTRAINTS, "Its time stamp belongs to something else or is broken."
    ),
    Finding.FUTURE: Effect(
        UNDECIDED,
        "TIMESTAMP_ORDER_FAILURE",
        "It claims to be from a time that has not come yet.",
        TIME,
    ),
    Finding.NOT_YET: Effect(UNDECIDED, "NOT_YET_VALID", "Its certificate is not valid yet.", TIME),
    Finding.UNSUITABLE_ALGORITHM: Effect(
        UNDECIDED,
        "CRYPTO_CONSTRAINTS_FAILURE",
        "It was made with an algorithm that proves nothing any more, or in a forbidden pairing.",
        BYTES,
    ),
    Finding.AGED_ALGORITHM: Effect(
        NOTED, "", "It was made with an algorithm or key that is too weak today."
    ),
    Finding.LAYERS: Effect(
        NOTED, "", "The document has layers: what a page shows depends on which are on."
    ),
    Finding.SCRIPTS: Effect(
        NOTED, "", "The document carries scripts or actions that can change what it shows."
    ),
    Finding.DYNAMIC_FORM: Effect(
        NOTED, "", "The document carries a dynamic form that other programs show differently."
    ),
}
