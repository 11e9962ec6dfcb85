"""Behind the wall: the ladder of ETSI EN 319 102-1, basic, with time, long-term archive.

Only the steps that the material supports are climbed. The first that passes wins, or else the
last; a broken digest or signature is final, for no time stamp mends it.

Source: ETSI EN 319 102-1 V1.4.1, clauses 5.3, 5.5 and 5.6.3.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from pyhanko.sign.ades.report import AdESFailure, AdESStatus
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

from apps.preservation.jailed import trust

FINAL = {AdESFailure.HASH_FAILURE, AdESFailure.SIG_CRYPTO_FAILURE, AdESFailure.FORMAT_FAILURE}
INDICATIONS = {
    AdESStatus.PASSED: "TOTAL-PASSED",
    AdESStatus.INDETERMINATE: "INDETERMINATE",
    AdESStatus.FAILED: "TOTAL-FAILED",
}


@dataclass(frozen=True, slots=True)
class Climbed:
    process: str
    result: Any
    basic: Any  # what the first step said

    @property
    def passed(self) -> bool:
        return bool(self.result.ades_subindic.status is AdESStatus.PASSED)


async def climb(
    signature: EmbeddedPdfSignature,
    spec: PdfSignatureValidationSpec,
    timing: ValidationTimingInfo | None,
    *,
    archived: bool,  # a time stamp of the whole document follows
) -> Climbed:
    inner = trust.with_store(spec.signature_validation_spec, signature.reader)
    asked: dict[str, Any] = {"raw_digest": signature.compute_digest(), "timing_info": timing}
    result = await ades.ades_basic_validation(signature.signed_data, inner, **asked)
    reached = Climbed("basic", result, result)
    if result.ades_subindic in FINAL:
        return reached
    if unsigned(signature, "signature_time_stamp_token"):
        timed = await ades.ades_with_time_validation(signature.signed_data, inner, **asked)
        reached = Climbed("with time", timed, result)
    if archived and not reached.passed:
        whole = dataclasses.replace(spec, signature_validation_spec=inner)
        last = await ades.ades_lta_validation(signature, whole, timing_info=timing)
        reached = Climbed("long-term", last, result)
    return reached


def pair(result: Any) -> tuple[str, str]:
    """Indication and sub-indication, as the standard names them."""
    said = result.ades_subindic
    return INDICATIONS[said.status], "" if said.status is AdESStatus.PASSED else said.standard_name


def unsigned(signature: EmbeddedPdfSignature, kind: str) -> list[Any]:
    """Values of an attribute that the signature itself does not cover."""
    attributes = signature.signer_info["unsigned_attrs"]
    if attributes.native is None:
        return []
    return [value for one in attributes if one["type"].native == kind for value in one["values"]]
