"""Truth that lies beside a document in a form of its own: DocILE's fields, FUNSD's pairs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.base.types import Box

# Whether a name of DocILE means a field of ours.
DOCILE: Mapping[str, str] = {
    "document_id": "invoice_number",
    "date_issue": "issue_date",
    "date_due": "due_date",
    "vendor_name": "seller_name",
    "vendor_tax_id": "seller_vat_id",
    "customer_billing_name": "buyer_name",
    "currency_code_amount_due": "currency",
    "amount_total_net": "net_total",
    "amount_total_tax": "tax_total",
    "amount_total_gross": "grand_total",
    "amount_due": "due_payable",
    "iban": "iban",
}
QUESTION, ANSWER = "question", "answer"


@dataclass(frozen=True, slots=True)
class Pair:
    """A printed key, and what was filled in for it."""

    key: str
    value: str
    box: Sequence[float]  # of the value: left, top, right, bottom in pixels


def of(files: Sequence[Path]) -> Any:
    """The first annotation among the files beside a document; None if none can be read as one."""
    for path in files:
        if path.suffix == ".json" and path.exists():
            said = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(said, dict) and {"field_extractions", "form"} & set(said):
                return said
    return None


def docile_fields(said: Any) -> dict[str, str]:
    """Fields of ours by name, as printed; the first of each."""
    found: dict[str, str] = {}
    for one in (said or {}).get("field_extractions", ()):
        if name := DOCILE.get(one["fieldtype"]):
            found.setdefault(name, one["text"])
    return found


def funsd_pairs(said: Any) -> list[Pair]:
    """Every key that is linked to something filled in; several parts of a value are joined."""
    entities = {one["id"]: one for one in (said or {}).get("form", ())}
    answers: dict[int, list[Any]] = {}
    for one in entities.values():
        for first, second in one["linking"]:
            key, value = entities.get(first), entities.get(second)
            if key and value and (key["label"], value["label"]) == (QUESTION, ANSWER):
                parts = answers.setdefault(first, [])
                parts += [value] if value not in parts else []
    return [_pair(entities[key], parts) for key, parts in answers.items()]


def lies_in(box: Box, pair: Pair, *, width: int, height: int) -> bool:
    """Whether the middle of a box on a page lies where the value of a pair stands."""
    x, y = box.middle
    left, top, right, bottom = pair.box
    return left <= x * width <= right and top <= y * height <= bottom


def _pair(key: Any, parts: Sequence[Any]) -> Pair:
    ordered = sorted(parts, key=lambda one: (one["box"][1], one["box"][0]))
    lefts, tops, rights, bottoms = zip(*(one["box"] for one in ordered), strict=True)
    around = (min(lefts), min(tops), max(rights), max(bottoms))
    return Pair(key["text"], " ".join(one["text"] for one in ordered), around)
