"""What a manifest calls a class, and what we call it."""

import json
from pathlib import Path

import pytest

from portal.evaluation.manifest import entries


@pytest.mark.parametrize(
    ("expected", "doctype"),
    [
        ({"document_type": "invoice"}, "invoice"),
        ({"document_type": "invoice", "fields": {"type_code": "380"}}, "invoice"),
        ({"document_type": "invoice", "fields": {"type_code": 384}}, "invoice"),
        ({"document_type": "invoice", "fields": {"type_code": "381"}}, "credit_note"),
        ({"document_type": "payslip_fra"}, "payslip"),
        ({"document_type": "us_w9"}, "tax_form"),
        ({"document_type": "business_card"}, "other"),
    ],
)
def test_a_class_is_told_from_what_the_manifest_says(tmp_path: Path, expected, doctype):
    line = {"id": "a", "file": "a.pdf", "kind": "invoice", "expected": expected}
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text(json.dumps(line))
    [entry] = entries(manifest, kinds=["invoice"])
    assert entry.doctype == doctype
