"""Behind the wall: whether an answer of a time stamp authority holds. One JSON object out.

The brief may say the `imprint` it must be of, in hexadecimal; without one that is not judged.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import warnings
from collections.abc import Callable
from typing import Any

from asn1crypto import tsp
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation import ades, generic_cms
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

from apps.preservation.jailed import attributes, brief, certificates, ladder, stamps, trust
from apps.preservation.jailed.brief import Brief

GRANTED = ("granted", "granted_with_mods")


def main() -> None:
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    tried = brief.count_attempts()
    told, content = brief.read(sys.stdin.buffer)
    try:
        said = judge(content, told)
    except Exception as error:  # as many ways as there are broken answers
        said = {"problem": type(error).__name__}
    sys.stdout.write(json.dumps({**said, "attempts": len(tried)}))


def judge(content: bytes, told: Brief) -> dict[str, Any]:
    """What an answer proves, and under whom."""
    answer = tsp.TimeStampResp.load(content, strict=True)
    if answer["status"]["status"].native not in GRANTED:
        return {"problem": "not granted"}
    signed = answer["time_stamp_token"]["content"]
    attributes.put_in_order(extract_signer_info(signed))
    said = stamps.token(signed, _expected(signed, told.imprint))
    found = generic_cms.extract_certs_for_validation(signed)
    return {
        **said,
        "for_time": stamps.may_stamp(found.signer_cert),
        "signer": found.signer_cert.sha256.hex(),
        "until": found.signer_cert.not_valid_after.isoformat(),
        **_trusted(signed, told),
    }


def _expected(signed: Any, imprint: str) -> Callable[[str], bytes]:
    """The digest it must be of; its own where nobody says."""
    own = signed["encap_content_info"]["content"].parsed["message_imprint"]["hashed_message"].native
    return lambda algorithm: bytes.fromhex(imprint) if imprint else own


def _trusted(signed: Any, told: Brief) -> dict[str, Any]:
    """Whether its certificate leads to a root that is trusted, at the time that it says."""
    at = signed["encap_content_info"]["content"].parsed["gen_time"].native
    inner = trust.spec(told).signature_validation_spec
    timing = ValidationTimingInfo(at, at, True)
    own = _expected(signed, told.imprint)
    result = asyncio.run(ades.ades_timestamp_validation(signed, inner, own, timing_info=timing))
    indication, sub = ladder.pair(result)
    roots = [certificates.load(one).sha256.hex() for one in (*told.roots, *told.authorities)]
    return {"trusted": indication, "why": sub, "roots": roots}
