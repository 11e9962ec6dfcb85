"""Behind the wall: what a time stamp of RFC 3161 proves by itself, whoever is trusted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from asn1crypto import algos, cms, x509
from pyhanko.sign.general import SignedDataCerts, extract_signer_info
from pyhanko.sign.validation import generic_cms

from apps.preservation.jailed import certificates

KNOWN = frozenset({"sha256", "sha384", "sha512", "sha1"})
CONTENT = "tst_info"


def token(signed: cms.SignedData, digest: Callable[[str], bytes]) -> dict[str, Any]:
    """When it is from, and whether it is of these bytes and its own signature holds."""
    told = signed["encap_content_info"]["content"].parsed
    imprint = told["message_imprint"]
    algorithm = str(imprint["hash_algorithm"]["algorithm"].native)
    of_this = algorithm in KNOWN and imprint["hashed_message"].native == digest(algorithm)
    found = generic_cms.extract_certs_for_validation(signed)
    return {
        "at": told["gen_time"].native.isoformat(),
        "of_this": bool(of_this),
        "sound": _is_sound(signed, found),
        "nonce": None if told["nonce"].native is None else str(told["nonce"].native),
        "imprint": imprint["hashed_message"].native.hex(),
        "hash": algorithm,
        "chain": certificates.chain(found.signer_cert, None, found.other_certs),
    }


def of_value(signature: bytes) -> Callable[[str], bytes]:
    """How a time stamp of a signature is checked: over its value."""
    return lambda algorithm: hashlib.new(algorithm, signature).digest()


def may_stamp(signer: x509.Certificate) -> bool:
    """Whether a certificate is for nothing but time stamps, and says so as critical.

    Source: RFC 3161, section 2.3.
    """
    extended = signer.extended_key_usage_value
    purposes = [] if extended is None else extended.native
    critical = "extended_key_usage" in signer.critical_extensions
    return list(purposes) == ["time_stamping"] and critical


def _is_sound(signed: cms.SignedData, found: SignedDataCerts) -> bool:
    """Whether the authority's signature is over this time and these bytes."""
    info = extract_signer_info(signed)
    content = signed["encap_content_info"]["content"]
    algorithm = algos.DigestAlgorithm.load(info["digest_algorithm"].dump())["algorithm"].native
    actual = hashlib.new(algorithm, bytes(content)).digest()
    intact, valid = generic_cms.validate_sig_integrity(info, found.signer_cert, CONTENT, actual)
    return bool(intact and valid)
