"""Whom an organisation trusts, and what is known of revocation: versions, never overwritten."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from uuid import UUID

from asn1crypto import crl, ocsp, pem
from asn1crypto import x509 as asn1
from django.db import transaction
from django.utils import timezone

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotFound, NotPossible, Unreadable
from apps.base.types import Actor
from apps.preservation.models import Purpose, RevocationWord, TrustRoot, TrustVersion, Word
from apps.preservation.validating import Known

NO_AUTHORITY = "This is no certificate of an authority, in PEM or DER."
NO_WORD = "This is no revocation list and no OCSP answer, in PEM or DER."
KNOWN = "This certificate is trusted already."
UNKNOWN = "No certificate with this digest is trusted."
MOST_WORDS = 24 << 20  # bytes given to one look


def current(organisation: UUID) -> TrustVersion | None:
    return TrustVersion.objects.filter(organisation_id=organisation).order_by("-number").first()


def digest_of(version: TrustVersion | None) -> str:
    """Of whom is trusted; that of nobody where there is no version."""
    return version.digest if version else _digest([])


def roots(version: TrustVersion | None) -> list[tuple[TrustRoot, Purpose]]:
    """The certificates of a version, in the order of their digests."""
    if version is None:
        return []
    pairs = [line.partition(":")[::2] for line in version.roots]
    rows = TrustRoot.objects.filter(
        organisation_id=version.organisation_id, sha256__in=[digest for _, digest in pairs]
    )
    held = {row.sha256: row for row in rows}
    return [(held[digest], Purpose(purpose)) for purpose, digest in pairs]


@transaction.atomic
def trust(content: bytes, *, purpose: Purpose, organisation: UUID, actor: Actor) -> TrustVersion:
    """Trust a certificate from now on.

    Raises:
        Unreadable: it is none of an authority.
        NotPossible: it is trusted already.
    """
    certificate = _certificate(content, purpose)
    digest = certificate.sha256.hex()
    TrustRoot.objects.get_or_create(
        organisation_id=organisation,
        sha256=digest,
        defaults={
            "content": certificate.dump(),
            "name": certificate.subject.human_friendly[:200],
            "expires_at": certificate.not_valid_after,
        },
    )
    lines, line = _lines(organisation), f"{purpose}:{digest}"
    if line in lines:
        raise NotPossible(KNOWN)
    return _set([*lines, line], organisation, actor, change="added", root=digest)


@transaction.atomic
def distrust(digest: str, *, organisation: UUID, actor: Actor) -> TrustVersion:
    """Trust a certificate no longer, for whatever it was trusted.

    Raises:
        NotFound: it is not trusted.
    """
    lines = _lines(organisation)
    kept = [line for line in lines if line.partition(":")[2] != digest.lower()]
    if kept == lines:
        raise NotFound(UNKNOWN)
    return _set(kept, organisation, actor, change="removed", root=digest.lower())


@transaction.atomic
def learn(content: bytes, *, actor: Actor) -> RevocationWord:
    """Keep a revocation list or an OCSP answer. The same twice is kept once.

    Raises:
        Unreadable: it is neither.
    """
    word = _word(pem.unarmor(content)[2] if pem.detect(content) else content)
    row, made = RevocationWord.objects.get_or_create(
        sha256=word.sha256,
        defaults={
            "kind": word.kind,
            "issuer": word.issuer,
            "content": word.content,
            "since": word.since,
            "until": word.until,
        },
    )
    if made:
        audit.record(
            Tag.REVOCATION_LEARNT,
            actor=actor,
            subject=row.pk,
            organisation=None,
            kind=row.kind,
            digest=row.sha256,
        )
    return row


def known(organisation: UUID) -> Known:
    """Whom to trust now and what is known of revocation: of lists, each issuer's newest."""
    held = roots(current(organisation))
    by_purpose = {
        purpose: [bytes(root.content) for root, other in held if other is purpose]
        for purpose in Purpose
    }
    words = list(_words())
    return Known(
        roots=by_purpose[Purpose.SIGNATURES],
        authorities=by_purpose[Purpose.TIMESTAMPS],
        crls=[bytes(one.content) for one in words if one.kind == Word.CRL],
        ocsps=[bytes(one.content) for one in words if one.kind == Word.OCSP],
    )


def _words() -> Iterable[RevocationWord]:
    """Newest first, as many as fit."""
    room, seen = MOST_WORDS, set()
    for word in RevocationWord.objects.order_by("-since", "-pk")[:2000].iterator():
        if word.kind == Word.CRL and word.issuer in seen:
            continue
        seen.add(word.issuer)
        room -= len(word.content)
        if room < 0:
            return
        yield word


def _set(
    lines: list[str], organisation: UUID, actor: Actor, *, change: str, root: str
) -> TrustVersion:
    """A new version. Of two at once, the database lets one have the number."""
    before = current(organisation)
    ordered = sorted(lines)
    version = TrustVersion.objects.create(
        organisation_id=organisation,
        number=(before.number if before else 0) + 1,
        roots=ordered,
        digest=_digest(ordered),
        by=actor,
    )
    audit.record(
        Tag.TRUST_SET,
        actor=actor,
        subject=version.pk,
        organisation=organisation,
        number=version.number,
        digest=version.digest,
        change=change,
        root=root,
    )
    return version


def _lines(organisation: UUID) -> list[str]:
    version = current(organisation)
    return list(version.roots) if version else []


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _certificate(content: bytes, purpose: Purpose) -> asn1.Certificate:
    """Of an authority; whoever stamps the time may also be trusted directly."""
    try:
        raw = pem.unarmor(content)[2] if pem.detect(content) else content
        certificate = asn1.Certificate.load(raw, strict=True)
        if certificate.ca or purpose is Purpose.TIMESTAMPS:
            return certificate
    except (ValueError, TypeError) as error:
        raise Unreadable(NO_AUTHORITY) from error
    raise Unreadable(NO_AUTHORITY)


def _word(content: bytes) -> RevocationWord:
    for read in (_list, _answer):
        try:
            return read(content)
        except (ValueError, TypeError, KeyError):
            continue
    raise Unreadable(NO_WORD)


def _list(content: bytes) -> RevocationWord:
    told = crl.CertificateList.load(content, strict=True)["tbs_cert_list"]
    return RevocationWord(
        kind=Word.CRL,
        sha256=hashlib.sha256(content).hexdigest(),
        issuer=told["issuer"].sha256.hex(),
        content=content,
        since=told["this_update"].native,
        until=told["next_update"].native,
    )


def _answer(content: bytes) -> RevocationWord:
    said = ocsp.OCSPResponse.load(content, strict=True)
    told = said["response_bytes"]["response"].parsed["tbs_response_data"]
    return RevocationWord(
        kind=Word.OCSP,
        sha256=hashlib.sha256(content).hexdigest(),
        issuer=hashlib.sha256(told["responder_id"].dump()).hexdigest(),
        content=content,
        since=told["produced_at"].native or timezone.now(),
        until=None,
    )
