"""What will weaken a signature with time, said before it does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from apps.preservation.validation.facts import Certificate, Signature

SOON = timedelta(days=90)
WEAK = {"md2": "MD2", "md4": "MD4", "md5": "MD5", "sha1": "SHA-1"}
LEAST_BITS = {"rsa": 2048, "dsa": 3072, "ec": 224}
NAMES = {"rsa": "RSA", "dsa": "DSA", "ec": "elliptic-curve"}


def ages(signature: Signature, *, at: datetime, soon: timedelta = SOON) -> tuple[str, ...]:
    """Sentences about algorithms, keys and certificates; none if nothing ages."""
    said = [*_digest(signature), *_keys(signature), *_time(signature, at, soon)]
    return tuple(dict.fromkeys(said))


def _digest(signature: Signature) -> Iterator[str]:
    if signature.hash in WEAK:
        yield f"It was made with {WEAK[signature.hash]}, which is too weak for new signatures."
    for one in signature.chain:
        if one.hash in WEAK and not one.is_own_issuer:
            yield f"A certificate behind it was signed with {WEAK[one.hash]}, which is too weak."


def _keys(signature: Signature) -> Iterator[str]:
    for one in signature.chain:
        if one.key in LEAST_BITS and 0 < one.bits < LEAST_BITS[one.key]:
            yield (
                f"A key behind it is too short: {NAMES[one.key]} with {one.bits} bits,"
                f" where {LEAST_BITS[one.key]} are needed."
            )


def _time(signature: Signature, at: datetime, soon: timedelta) -> Iterator[str]:
    for place, one in enumerate(signature.chain):
        whose = "Its certificate" if place == 0 else "A certificate above it"
        if one.not_after <= at:
            yield f"{whose} expired on {_day(one)}."
        elif one.not_after - at <= soon:
            days = (one.not_after - at).days
            yield f"{whose} expires on {_day(one)}, in {days} day{'' if days == 1 else 's'}."


def _day(certificate: Certificate) -> str:
    return f"{certificate.not_after:%-d %B %Y}"
