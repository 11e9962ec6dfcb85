"""Behind the wall: what a signed document permits, and what it holds beside its pages.

These rules stand above any one library's: who may certify and when, who may loosen a lock, and
what can make a page show something else than what was signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

DEEPEST = 40  # fields within fields
MOST = 5000  # objects looked at for scripts
SCRIPTS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData"}
FREE = 3  # everything that a signature can permit, annotations included


def permissions(signatures: Sequence[EmbeddedPdfSignature]) -> dict[int, list[str]]:
    """Findings by a signature's place in the row, which is that of signing.

    A certification comes first and is the only one; no later signature permits more than an
    earlier one; and what a certification says stays in the document.

    Source: ISO 32000-2, 12.8.2.2 and 12.8.4.
    """
    found: dict[int, list[str]] = {}
    allowed, certified = FREE, False
    for number, one in enumerate(signatures):
        if is_certification(one):
            if number and not certified:
                found.setdefault(number, []).append("late certification")
            elif certified:
                found.setdefault(number, []).append("second certification")
            certified = True
        limit = limit_of(one)
        if limit is not None and limit > allowed:
            found.setdefault(number, []).append("permission raised")
        allowed = min(allowed, limit or FREE)
    return found


def is_certification(one: EmbeddedPdfSignature) -> bool:
    """Whether it states what may change, and the document named it as the one that does."""
    states = any(str(kind) == "/DocMDP" for kind, _ in _references(one))
    named = _permitted(one.reader.get_historical_root(one.signed_revision))
    return states and named is not None and named == _place(one)


def limit_of(one: EmbeddedPdfSignature) -> int | None:
    """What may change afterwards, 1 to 3: as the signature says or, less formally, its lock."""
    for kind, parameters in _references(one):
        if str(kind) == "/DocMDP":
            return int(parameters.get("/P", 2))
    with suppress(KeyError, TypeError, ValueError):
        return int(one.sig_field["/Lock"]["/P"])
    return None


def names_no_permission(one: EmbeddedPdfSignature, root: Any) -> bool:
    """Whether the document lost the entry that a certification made in it."""
    if not is_certification(one):
        return False
    return bool(_permitted(root) != _place(one))


def carried(reader: PdfFileReader) -> list[str]:
    """What can make pages show something else tomorrow: noted, for most of it is honest."""
    root, found = reader.root, []
    if "/OCProperties" in root:
        found.append("layers")
    if any(_scripts(root, reader)):
        found.append("scripts")
    with suppress(KeyError, AttributeError, TypeError):
        if "/XFA" in root["/AcroForm"]:
            found.append("dynamic form")
    return found


def widgets(resolver: HistoricalResolver | PdfFileReader) -> Iterator[tuple[str, Any]]:
    """Fields that people fill in, by name: signatures and buttons are none."""
    form = resolver.root.get("/AcroForm")
    if form is not None:
        yield from _fields(form.get_object().get("/Fields", []), "", None, 0)


def _fields(held: Any, above: str, kind: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        return
    several = held.get_object() if hasattr(held, "get_object") else held
    for one in several if isinstance(several, list) else []:
        field = one.get_object()
        own = str(field.get("/T", ""))
        name = f"{above}.{own}" if above and own else above or own
        is_a = field.get("/FT", kind)
        if "/Rect" in field and is_a in ("/Tx", "/Ch"):
            yield name, field
        yield from _fields(field.get("/Kids", []), name, is_a, depth + 1)


def _references(one: EmbeddedPdfSignature) -> list[tuple[Any, Any]]:
    held = one.sig_object.get("/Reference", [])
    return [
        (entry["/TransformMethod"], entry.get("/TransformParams", {}))
        for entry in (reference.get_object() for reference in held)
        if "/TransformMethod" in entry
    ]


def _permitted(root: Any) -> Any:
    """The reference to the signature that certifies, as the catalogue has it."""
    permissions = root.get("/Perms", {})
    held = permissions.raw_get("/DocMDP") if "/DocMDP" in permissions else None
    return held.reference if isinstance(held, generic.IndirectObject) else None


def _place(one: EmbeddedPdfSignature) -> Any:
    held = one.sig_field.raw_get("/V")
    return held.reference if isinstance(held, generic.IndirectObject) else None


def _scripts(root: Any, reader: PdfFileReader) -> Iterator[bool]:
    """Actions of the document, its pages and its form."""
    yield "/JavaScript" in root.get("/Names", {})
    yield "/AA" in root
    yield _runs(root.get("/OpenAction"))
    for _, field in widgets(reader):
        yield "/AA" in field or _runs(field.get("/A"))


def _runs(action: Any) -> bool:
    held = action.get_object() if action is not None else None
    return isinstance(held, dict) and held.get("/S") in SCRIPTS
