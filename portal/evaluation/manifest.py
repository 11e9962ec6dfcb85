"""Documents with known truth, as a manifest lists them."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.extraction import doctypes
from apps.extraction.typed import normalise
from apps.extraction.values import Habits, Kind
from portal.evaluation import annotated
from portal.evaluation.annotated import Pair

# Which entries of a manifest a kind of evaluation takes.
KINDS: Mapping[str, frozenset[str]] = {
    "receipt": frozenset({"receipt"}),
    "invoice": frozenset({"invoice", "einvoice_pdf"}),
    "id_mrz": frozenset({"id_mrz"}),
    "form": frozenset({"form"}),
    "document": frozenset({"document_class", "bank_statement"}),
}
# What a manifest calls a class, where we have another word for it or none of our own.
CLASSES: Mapping[str, str] = {
    "bank_statement_fr": "bank_statement",
    "payslip_fra": "payslip",
    "passport": "identity",
    "international_id": "identity",
    "idcard_fr": "identity",
    "expense_receipt": "receipt",
    "energy_bill_fra": "invoice",
    "us_w9": "tax_form",
}
NO_CLASS = "other"
# Codes of UNTDID 1001 that make an e-invoice a credit note; a corrected invoice is 384 and none.
CREDIT_NOTES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458"})
AMERICAN = Habits(month_first=True)  # as the documents that DocILE annotates


@dataclass(frozen=True, slots=True)
class Entry:
    """A document and what is written in it."""

    id: str
    kind: str  # of the evaluation
    path: Path
    doctype: str  # the class it is
    truth: Mapping[str, str]  # field to normalised value; only fields our class knows
    printed: Mapping[str, str]  # the same as the document prints them, where that is known
    vouched: Collection[str] = ()  # fields that the document is known to show
    group: str = ""  # what comes from one hand; documents of a group are alike
    pairs: Sequence[Pair] = ()  # of a form


def entries(manifest: Path, *, kinds: Collection[str]) -> Iterator[Entry]:
    """The entries of some kinds, in the manifest's order."""
    for line in manifest.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        for kind in kinds:
            if said["kind"] in KINDS[kind]:
                yield _entry(said, kind, manifest.parent)


def _entry(said: Mapping[str, Any], kind: str, folder: Path) -> Entry:
    expected = said.get("expected", {})
    doctype = _doctype(expected)
    annotation = annotated.of([folder / name for name in said.get("expected_files", ())])
    printed = {**annotated.docile_fields(annotation), **expected.get("fields", {})}
    truth = _truth(expected, printed, kind, doctype)
    shown = expected.get("visible_in_text_layer")
    return Entry(
        id=said["id"],
        kind=kind,
        path=folder / said["file"],
        doctype=doctype,
        truth=truth,
        vouched=frozenset(truth if shown is None else shown),
        printed={name: str(value or "") for name, value in printed.items()},
        group=said.get("group", ""),
        pairs=annotated.funsd_pairs(annotation),
    )


def _doctype(expected: Mapping[str, Any]) -> str:
    named = str(expected.get("document_type", NO_CLASS))
    named = CLASSES.get(named, named)
    if named == "invoice" and _type_code(expected) in CREDIT_NOTES:
        return "credit_note"
    return named if named in {one.name for one in doctypes.load_all()} else NO_CLASS


def _type_code(expected: Mapping[str, Any]) -> str:
    """What an e-invoice says it is; other documents say nothing."""
    return str(expected.get("fields", {}).get("type_code", ""))


def _truth(
    expected: Mapping[str, Any], printed: Mapping[str, Any], kind: str, doctype: str
) -> dict[str, str]:
    """Values of fields that our class has and the page shows; a mark of absence is empty text."""
    if kind == "id_mrz" and not expected.get("mrz_present"):
        return {}
    values = {**printed, **expected.get("normalised", {})}
    if "fields" not in expected:
        values = {**_read(printed, doctype), **expected.get("normalised", {})}
    shown = expected.get("visible_in_text_layer", {})
    known = {rule.name for rule in doctypes.get(doctype).fields}
    return {
        name: str(value or "")
        for name, value in values.items()
        if name in known and shown.get(name, True)
    }


def _read(printed: Mapping[str, Any], doctype: str) -> dict[str, str]:
    """Values as an annotation prints them, normalised; a date or amount that cannot be is left."""
    found = {}
    for rule in doctypes.get(doctype).fields:
        if rule.name in printed:
            value = normalise(str(printed[rule.name]), rule.type, AMERICAN)
            unread = value == " ".join(str(printed[rule.name]).split())
            if not (unread and rule.type in (Kind.DATE, Kind.AMOUNT)):
                found[rule.name] = value
    return found
