"""Truth in its several forms."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps.base.types import Box
from portal.evaluation import annotated, manifest
from portal.evaluation.annotated import Pair
from portal.evaluation.manifest import Entry

DOCILE = {
    "field_extractions": [
        {"fieldtype": "document_id", "text": "X-1"},
        {"fieldtype": "document_id", "text": "X-2"},
        {"fieldtype": "date_issue", "text": "1/02/02"},
        {"fieldtype": "date_due", "text": "in due course"},
        {"fieldtype": "amount_total_gross", "text": "$4,759.20"},
        {"fieldtype": "customer_id", "text": "9"},
    ]
}


def part(number: int, label: str, text: str, box: list[int], *linking: list[int]) -> dict[str, Any]:
    return {"id": number, "label": label, "text": text, "box": box, "linking": linking}


FUNSD = {
    "form": [
        part(0, "question", "Size", [40, 10, 80, 20], [0, 1]),
        part(1, "answer", "FULL", [90, 10, 130, 20], [0, 1]),
        part(2, "answer", "PAGE", [90, 22, 140, 32], [0, 2]),
        part(3, "header", "FORM", [0, 0, 9, 9], [3, 0]),
    ]
}


def entries(folder: Path, *lines: dict[str, Any]) -> list[Entry]:
    path = folder / "manifest.jsonl"
    path.write_text("\n".join(json.dumps({"id": "1", "file": "1.png", **one}) for one in lines))
    return list(manifest.entries(path, kinds=sorted(manifest.KINDS)))


def beside(folder: Path, said: object) -> list[str]:
    (folder / "1.json").write_text(json.dumps(said))
    return ["1.json"]


def test_normalised_values_stand_before_printed_ones(tmp_path):
    expected = {
        "document_type": "receipt",
        "fields": {"date": "6/10/2019", "total": "9.50", "owl": "x", "address": None},
        "normalised": {"date": "2019-06-10"},
    }
    [entry] = entries(tmp_path, {"kind": "receipt", "group": "g", "expected": expected})
    assert entry.truth == {"date": "2019-06-10", "total": "9.50", "address": ""}
    assert entry.printed["date"] == "6/10/2019"
    assert (entry.doctype, entry.group) == ("receipt", "g")


def test_what_the_page_does_not_show_is_not_asked_of_it(tmp_path):
    expected = {
        "document_type": "invoice",
        "fields": {"iban": "X", "grand_total": "9.50"},
        "visible_in_text_layer": {"iban": False},
    }
    [entry] = entries(tmp_path, {"kind": "einvoice_pdf", "expected": expected})
    assert set(entry.truth) == {"grand_total"}


def test_a_paper_without_a_zone_has_no_truth(tmp_path):
    expected = {"document_type": "identity", "fields": {"number": "1"}, "mrz_present": False}
    [entry] = entries(tmp_path, {"kind": "id_mrz", "expected": expected})
    assert entry.truth == {}


@pytest.mark.parametrize("expected", [{}, {"document_type": "moon"}, {"document_type": "form"}])
def test_an_entry_may_know_nothing_but_its_class(tmp_path, expected):
    [entry] = entries(tmp_path, {"kind": "document_class", "expected": expected})
    assert entry.truth == {}
    assert entry.doctype in ("other", "form")


def test_kinds_that_are_not_asked_for_are_passed_over(tmp_path):
    assert entries(tmp_path, {"kind": "merkle_vector"}) == []


def test_docile_annotations_are_read_as_american_documents(tmp_path):
    said = {"kind": "invoice", "expected": {"document_type": "invoice"}}
    [entry] = entries(tmp_path, {**said, "expected_files": beside(tmp_path, DOCILE)})
    assert entry.truth == {
        "invoice_number": "X-1",
        "issue_date": "2002-01-02",
        "grand_total": "4759.20",
    }
    assert entry.printed["grand_total"] == "$4,759.20"


def test_fields_of_the_manifest_stand_before_an_annotation(tmp_path):
    expected = {"document_type": "invoice", "fields": {"invoice_number": "Y"}}
    files = beside(tmp_path, DOCILE)
    [entry] = entries(tmp_path, {"kind": "invoice", "expected": expected, "expected_files": files})
    assert entry.truth["invoice_number"] == "Y"


def test_funsd_pairs_join_the_parts_of_a_value(tmp_path):
    said = {"kind": "form", "expected": {"document_type": "form"}}
    [entry] = entries(tmp_path, {**said, "expected_files": beside(tmp_path, FUNSD)})
    assert entry.pairs == [Pair("Size", "FULL PAGE", (90, 10, 140, 32))]


@pytest.mark.parametrize("said", [[], {"pages": 1}, "text"])
def test_other_files_beside_a_document_are_no_annotations(tmp_path, said):
    (tmp_path / "note.txt").write_text("{")
    names = ["note.txt", "gone.json", *beside(tmp_path, said)]
    assert annotated.of([tmp_path / name for name in names]) is None


def test_a_value_lies_in_a_pair_by_its_middle():
    pair = Pair("Size", "FULL PAGE", (90, 10, 140, 32))
    size = {"width": 200, "height": 100}
    assert annotated.lies_in(Box(0.4, 0.1, 0.7, 0.3), pair, **size)
    assert not annotated.lies_in(Box(0.1, 0.1, 0.4, 0.3), pair, **size)
