"""Behind the wall: one signature, or one time stamp of a whole document, told in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from asn1crypto import algos
from pyhanko.sign.diff_analysis import DiffResult
from pyhanko.sign.validation import ades, generic_cms
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec
from pyhanko.sign.validation.utils import CMSAlgorithmUsagePolicy
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import DisallowWeakAlgorithmsPolicy

from apps.preservation.jailed import (
    certificates,
    covering,
    ladder,
    shadows,
    stamps,
    structure,
    trust,
)
from apps.preservation.jailed.brief import Brief

STAMP = "/DocTimeStamp"
STAMPS = ("signature_time_stamp_token",)
PADES = "/ETSI.CAdES.detached"
SUBFILTERS = (PADES, "/adbe.pkcs7.detached", "/ETSI.RFC3161")
LONGEST = 200  # characters of a name
WEAK: Any = DisallowWeakAlgorithmsPolicy  # the library does not say its types
ALGORITHMS = CMSAlgorithmUsagePolicy.lift_policy(WEAK())


@dataclass(frozen=True, slots=True)
class Looked:
    """What all signatures of one file are looked at with."""

    content: bytes
    told: Brief
    spec: PdfSignatureValidationSpec
    stamped: list[int]  # revisions of time stamps of the document

    @property
    def timing(self) -> ValidationTimingInfo | None:
        at = self.told.at
        return ValidationTimingInfo(at, at, True) if at else None


def broken(field: str, error: Exception) -> dict[str, Any]:
    """What is known of a signature that could not be looked at: its place, and the kind of error.

    The error's words may quote the file.
    """
    said = getattr(error, "ades_subindication", None)
    return {
        "kind": "signature",
        "field": field[:LONGEST],
        "process": "basic",
        "indication": "INDETERMINATE",
        "subindication": "GENERIC" if said is None else said.standard_name,
        "problem": type(error).__name__,
        "findings": ["unreadable signature"],
        "stamps": [],
        "chain": [],
    }


async def look(one: EmbeddedPdfSignature, looked: Looked) -> dict[str, Any]:
    """Everything known of one signature."""
    compute: Any = one.compute_integrity_info
    compute(diff_policy=looked.spec.diff_policy)
    facts = {
        "kind": "timestamp" if one.sig_object_type == STAMP else "signature",
        "field": str(one.field_name)[:LONGEST],
        "subfilter": str(one.sig_object.get("/SubFilter", "")),
        "revision": one.signed_revision,
        **_covered(one, looked),
        **_sound(one),
        **_made(one),
        "findings": _findings(one, looked),
    }
    climb = _stamp if facts["kind"] == "timestamp" else _signature
    facts |= await climb(one, looked)
    facts["stamps"] = _stamps(one)
    return facts


async def _signature(one: EmbeddedPdfSignature, looked: Looked) -> dict[str, Any]:
    archived = any(revision > one.signed_revision for revision in looked.stamped)
    climbed = await ladder.climb(one, looked.spec, looked.timing, archived=archived)
    result = climbed.result
    return {
        "level": _level(one, archived),
        **_said(climbed.process, result),
        "basic": list(ladder.pair(climbed.basic)),
        "best_at": _time(getattr(result, "best_signature_time", None)),
        "oldest_at": _time(getattr(result, "oldest_evidence_record_timestamp", None)),
        "chain": _chain(one, result),
    }


async def _stamp(one: EmbeddedPdfSignature, looked: Looked) -> dict[str, Any]:
    inner = trust.with_store(looked.spec.signature_validation_spec, one.reader)
    result = await ades.ades_timestamp_validation(
        one.signed_data, inner, one.compute_digest, timing_info=looked.timing
    )
    told = one.signed_data["encap_content_info"]["content"].parsed
    return {
        "level": "DocTimeStamp",
        **_said("basic", result),
        "basic": list(ladder.pair(result)),
        "best_at": _time(told["gen_time"].native),
        "oldest_at": None,
        "chain": _chain(one, result),
    }


def _said(process: str, result: Any) -> dict[str, Any]:
    indication, sub = ladder.pair(result)
    return {"process": process, "indication": indication, "subindication": sub}


def _chain(one: EmbeddedPdfSignature, result: Any) -> list[Any]:
    path = getattr(result.api_status, "validation_path", None) if result.api_status else None
    return certificates.chain(one.signer_cert, path, one.other_embedded_certs)


def _sound(one: EmbeddedPdfSignature) -> dict[str, Any]:
    """Digest and signature by themselves, whoever is trusted and whatever ages."""
    kind = "tst_info" if one.sig_object_type == STAMP else "data"
    try:
        if kind == "tst_info":
            told = stamps.token(one.signed_data, one.compute_digest)
            return {"digest_matches": told["of_this"], "sound": told["sound"]}
        intact, valid = generic_cms.validate_sig_integrity(
            one.signer_info, one.signer_cert, kind, one.compute_digest()
        )
    except Exception as error:  # an algorithm nobody knows, a structure nobody writes
        return {"digest_matches": False, "sound": False, "problem": type(error).__name__}
    return {"digest_matches": bool(intact), "sound": bool(valid)}


def _covered(one: EmbeddedPdfSignature, looked: Looked) -> dict[str, Any]:
    span, difference = covering.span(one.byte_range), cast(object, one.diff_result)
    whole = span is not None and span.holds(looked.content, bytes(one.pkcs7_content))
    known = difference if isinstance(difference, DiffResult) else None
    return {
        "coverage": _coverage(one),
        "whole": whole,
        "covered": span.end if span else 0,
        "modification": known.modification_level.name if known else "OTHER",
        "changed_fields": len(known.changed_form_fields) if known else 0,
        "permits": structure.limit_of(one),
        "certification": structure.is_certification(one),
    }


def _coverage(one: EmbeddedPdfSignature) -> str:
    return str(one.evaluate_signature_coverage().name)


def _findings(one: EmbeddedPdfSignature, looked: Looked) -> list[str]:
    found = []
    if structure.names_no_permission(one, one.reader.root):
        found.append("permission removed")
    if str(one.sig_object.get("/SubFilter", "")) not in SUBFILTERS:
        found.append("unknown format")
    if _coverage(one) != "ENTIRE_FILE" and (span := covering.span(one.byte_range)):
        try:
            found += shadows.findings(looked.content, one, span.end)
        except Exception:  # a form that cannot be followed proves nothing either way
            found.append("form not followed")
    return found


def _made(one: EmbeddedPdfSignature) -> dict[str, Any]:
    """How and when it says that it was made."""
    info = one.signer_info
    return {
        "claimed_at": _time(one.self_reported_timestamp),
        "hash": str(one.md_algorithm),
        "mechanism": str(info["signature_algorithm"]["algorithm"].native),
        "suits": _suits(one),
    }


def _suits(one: EmbeddedPdfSignature) -> bool:
    """Whether its own algorithms, and their pairing, are strong enough today."""
    mechanism = one.signer_info["signature_algorithm"]
    digest = algos.DigestAlgorithm({"algorithm": one.md_algorithm})  # whatever parameters it has
    key = one.signer_cert.public_key
    return all(
        (
            ALGORITHMS.signature_algorithm_allowed(mechanism, None, public_key=key),
            ALGORITHMS.digest_algorithm_allowed(digest, None),
            ALGORITHMS.digest_combination_allowed(mechanism, digest, None),
        )
    )


def _stamps(one: EmbeddedPdfSignature) -> list[dict[str, Any]]:
    """Time stamps of the signature, each by itself; one that cannot be read is of nothing."""
    found = []
    for value in ladder.unsigned(one, STAMPS[0]):
        try:
            of = stamps.of_value(one.signer_info["signature"].native)
            found.append(stamps.token(value["content"], of))
        except Exception:
            found.append({"at": None, "of_this": False, "sound": False, "chain": []})
    return found


def _level(one: EmbeddedPdfSignature, archived: bool) -> str:
    """What a signature carries to be judged by later, in the names of ETSI EN 319 142-1."""
    stamped = bool(ladder.unsigned(one, STAMPS[0]))
    if str(one.sig_object.get("/SubFilter", "")) != PADES:
        return "PKCS#7 with time" if stamped else "PKCS#7"
    if not (stamped and trust.has_store(one.reader)):
        return "PAdES B-T" if stamped else "PAdES B-B"
    return "PAdES B-LTA" if archived else "PAdES B-LT"


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
