"""Behind the wall: what the signatures of a PDF are worth. One JSON object out.

Every exception becomes facts: a file that breaks the library is undecided, not an error. Libraries
log subjects and tracebacks, so their loggers are shut.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import logging
import sys
import warnings
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Any

from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from apps.preservation.jailed import attributes, brief, certificates, covering, structure, trust
from apps.preservation.jailed.brief import Brief
from apps.preservation.jailed.covering import Span
from apps.preservation.jailed.signature import Looked, broken, look

ENGINE = "pyHanko"
MOST = 100  # signatures of one file


def main() -> None:
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    tried = brief.count_attempts()
    told, content = brief.read(sys.stdin.buffer)
    facts = validate(content, told)
    facts["attempts"] = len(tried)
    sys.stdout.write(json.dumps(facts))


def validate(content: bytes, told: Brief) -> dict[str, Any]:
    """Everything known of a file's signatures."""
    facts: dict[str, Any] = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "engine": ENGINE,
        "engine_version": version(ENGINE),
        "signatures": [],
        "findings": [],
        "carried": [],
        "revisions": 0,
    }
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        facts["encrypted"] = _is_locked(reader)  # a bad dictionary raises here
        facts["revisions"] = reader.xrefs.total_revisions
    except Exception as error:  # as many ways as there are broken files
        facts["findings"].append("unreadable")
        facts["problem"] = type(error).__name__
        return facts
    if facts["encrypted"]:
        facts["findings"].append("encrypted")
        return facts
    _look(content, reader, told, facts)
    return facts


def _look(content: bytes, reader: PdfFileReader, told: Brief, facts: dict[str, Any]) -> None:
    found, failed = _signatures(reader)
    facts["signatures"] += failed
    facts["empty_fields"] = _attempt(lambda: _empty_fields(reader), 0)
    spans = [one for one in (covering.span(each.byte_range) for each in found) if one]
    facts["findings"] += _remnants(content, spans) + _after(content, found)
    facts["carried"] = _attempt(lambda: structure.carried(reader), [])
    ruled = _attempt(lambda: structure.permissions(found), {})
    own = certificates.own_issuers(_embedded(found)) if told.generous else []
    looked = Looked(content, told, trust.spec(told, own=own), _stamped(found))
    for number, one in enumerate(found):
        try:
            said = asyncio.run(look(one, looked))
        except Exception as error:
            said = broken(str(one.field_name), error)
        said["findings"] += ruled.get(number, [])
        facts["signatures"].append(said)


def _is_locked(reader: PdfFileReader) -> bool:
    """Whether nothing can be seen without a password that is not the empty one."""
    return reader.encrypted and reader.decrypt(b"").status is AuthStatus.FAILED


def _signatures(reader: PdfFileReader) -> tuple[list[EmbeddedPdfSignature], list[dict[str, Any]]]:
    """In the order of signing; those that cannot even be parsed apart."""
    found: list[EmbeddedPdfSignature] = []
    failed: list[dict[str, Any]] = []
    try:
        for name, _, field in enumerate_sig_fields(reader, filled_status=True):
            try:
                one = EmbeddedPdfSignature(reader, field, name)
                attributes.put_in_order(one.signer_info)
                found.append(one)
            except Exception as error:
                failed.append(broken(str(name), error))
            if len(found) + len(failed) >= MOST:
                break
    except Exception as error:
        failed.append(broken("", error))
    return sorted(found, key=lambda one: one.signed_revision), failed


def _empty_fields(reader: PdfFileReader) -> int:
    return sum(1 for _ in enumerate_sig_fields(reader, filled_status=False))


def _remnants(content: bytes, known: list[Span]) -> list[str]:
    return ["signature without a form"] if covering.remnants(content, known) else []


def _after(content: bytes, found: list[EmbeddedPdfSignature]) -> list[str]:
    """Bytes that no revision accounts for."""
    extra = covering.trailing(content)
    for one in found[-1:]:
        last = covering.span(one.byte_range)
        if last and one.signed_revision == one.reader.xrefs.total_revisions - 1:
            extra += covering.unaccounted(content, last)
    return ["bytes after the end"] if extra else []


def _embedded(found: list[EmbeddedPdfSignature]) -> list[Any]:
    """Certificates that signatures, their time stamps and the document's store bring along."""
    held = []
    for one in found:
        held += _attempt(partial(_brought, one), [])
    if found:
        held += _attempt(lambda: trust.stored_certificates(found[0].reader), [])
    return held


def _brought(one: EmbeddedPdfSignature) -> list[Any]:
    return [one.signer_cert, *one.other_embedded_certs]


def _stamped(found: list[EmbeddedPdfSignature]) -> list[int]:
    """Revisions that a time stamp of the whole document made."""
    return [one.signed_revision for one in found if one.sig_object_type == "/DocTimeStamp"]


def _attempt(what: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return what()
    except Exception:
        return otherwise
