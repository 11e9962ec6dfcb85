"""Behind the wall: certificates, told in plain values."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from asn1crypto import pem, x509

MOST = 12  # certificates of one chain
LONGEST = 300  # characters of a name


def load(content: bytes) -> x509.Certificate:
    """A certificate from DER or PEM.

    Raises:
        ValueError: it is none.
    """
    if pem.detect(content):
        _, _, content = pem.unarmor(content)
    certificate = x509.Certificate.load(content, strict=True)
    certificate.native  # noqa: B018 - parses it to its end
    return certificate


def chain(signer: x509.Certificate, path: Any, others: Iterable[x509.Certificate]) -> list[Any]:
    """The signer's certificate first: along the path that was proven, or as far as names lead."""
    if path is not None:
        proven = list(path.iter_certs(include_root=True))
        return [told(one) for one in reversed(proven)][:MOST]
    found, known = [signer], {one.sha256: one for one in others}
    while len(found) < MOST and not _is_own_issuer(found[-1]):
        above = [one for one in known.values() if one.subject == found[-1].issuer]
        if not above or above[0] in found:
            break
        found.append(above[0])
    return [told(one) for one in found]


def own_issuers(certificates: Iterable[x509.Certificate]) -> list[x509.Certificate]:
    """Those that vouch for themselves."""
    return [one for one in certificates if _is_own_issuer(one)]


def told(certificate: x509.Certificate) -> dict[str, Any]:
    key = certificate.public_key
    hashed = "none"
    with suppress(ValueError):
        hashed = str(certificate["signature_algorithm"].hash_algo)
    return {
        "subject": str(certificate.subject.human_friendly)[:LONGEST],
        "issuer": str(certificate.issuer.human_friendly)[:LONGEST],
        "serial": f"{certificate.serial_number:x}",
        "sha256": certificate.sha256.hex(),
        "not_before": certificate.not_valid_before.isoformat(),
        "not_after": certificate.not_valid_after.isoformat(),
        "key": str(key.algorithm),
        "bits": int(key.bit_size) if key.algorithm in ("rsa", "dsa", "ec") else 0,
        "hash": hashed,
    }


def _is_own_issuer(certificate: x509.Certificate) -> bool:
    return bool(certificate.subject == certificate.issuer)
