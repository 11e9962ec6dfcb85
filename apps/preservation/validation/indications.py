"""The three answers that ETSI EN 319 102-1 gives, and what stands behind the undecided ones."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Indication(StrEnum):
    PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "TOTAL-FAILED"

    @property
    def gravity(self) -> int:
        """0 passed, 2 failed: of several, the gravest counts."""
        return list(Indication).index(self)


# Sub-indications of the standard, as people read them. One that is not here is told by `UNTOLD`.
SENTENCES: Mapping[str, str] = {
    "HASH_FAILURE": "The signed bytes were changed after signing.",
    "SIG_CRYPTO_FAILURE": "The signature was not made with the key of its certificate.",
    "FORMAT_FAILURE": "The signature does not have the form that the standard demands.",
    "REVOKED": "Its certificate was revoked before it was made.",
    "EXPIRED": "It was made after its certificate had expired.",
    "NOT_YET_VALID": "It was made before its certificate became valid.",
    "SIG_CONSTRAINTS_FAILURE": "It breaks a rule of the policy.",
    "CHAIN_CONSTRAINTS_FAILURE": "Its certificate leads to no root that the policy accepts.",
    "CERTIFICATE_CHAIN_GENERAL_FAILURE": (
        "Its certificates could not be checked; most often, nothing is known of their revocation."
    ),
    "CRYPTO_CONSTRAINTS_FAILURE": "An algorithm or key behind it is too weak for the policy.",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": (
        "An algorithm or key behind it is too weak today, and nothing proves that it is older."
    ),
    "POLICY_PROCESSING_ERROR": "The policy could not be applied to it.",
    "SIGNATURE_POLICY_NOT_AVAILABLE": "It follows a policy of its own that is not known here.",
    "TIMESTAMP_ORDER_FAILURE": "Its time stamps contradict each other.",
    "NO_SIGNING_CERTIFICATE_FOUND": "The certificate of its signer is missing.",
    "NO_CERTIFICATE_CHAIN_FOUND": "Its certificate leads to no root that is trusted here.",
    "REVOKED_NO_POE": (
        "Its certificate was revoked, and nothing proves that the signature is older."
    ),
    "REVOKED_CA_NO_POE": (
        "A certificate above it was revoked, and nothing proves that the signature is older."
    ),
    "OUT_OF_BOUNDS_NO_POE": (
        "Its certificate is expired or not valid yet, and nothing proves when it was made."
    ),
    "OUT_OF_BOUNDS_NOT_REVOKED": (
        "Its certificate is expired, though nothing says that it was revoked."
    ),
    "REVOCATION_OUT_OF_BOUNDS_NO_POE": (
        "What is known about revocation is signed by a certificate that is out of its time."
    ),
    "NO_POE": "Nothing proves that it existed at the time that matters.",
    "TRY_LATER": "What is known about revocation is too old; newer lists may decide it.",
    "SIGNED_DATA_NOT_FOUND": "What it signs is missing.",
    "GENERIC": "It could not be decided.",
}
UNTOLD = "It could not be decided."


def explained(subindication: str) -> str:
    return SENTENCES.get(subindication, UNTOLD)
