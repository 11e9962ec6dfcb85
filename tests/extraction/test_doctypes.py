"""Class files are checked when they are loaded, and say what is wrong in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.extraction import arithmetic, doctypes
from apps.extraction.doctypes import BrokenDocType, DocType
from apps.extraction.values import Kind

GOOD = """
name = "slip"
title = "Slip"
[fields.total]
title = "Total"
type = "amount"
"""


def load(tmp_path: Path, text: str) -> DocType:
    path = tmp_path / "slip.toml"
    path.write_text(text, encoding="utf-8")
    return doctypes.load(path)


def test_every_class_of_the_house_loads():
    names = [doctype.name for doctype in doctypes.load_all()]
    assert names == [
        "bank_statement",
        "contract",
        "form",
        "identity",
        "invoice",
        "letter",
        "other",
        "receipt",
    ]


def test_a_class_is_asked_for_by_name():
    assert doctypes.get("identity").tier == "high"
    with pytest.raises(KeyError):
        doctypes.get("poem")


def test_a_field_is_asked_for_by_name():
    receipt = doctypes.get("receipt")
    assert receipt.rule("total").type == Kind.AMOUNT
    with pytest.raises(KeyError):
        receipt.rule("poem")


def test_every_sum_names_fields_of_its_class():
    for doctype in doctypes.load_all():
        names = {rule.name for rule in (*doctype.fields, *doctype.aids)}
        for line in doctype.sums:
            one = arithmetic.parse(line)
            assert {one.total, *(term.name for term in one.terms)} <= names


def test_labels_come_in_the_seven_languages_of_the_house():
    for name, field in [("invoice", "invoice_number"), ("receipt", "total"), ("receipt", "date")]:
        labels = doctypes.get(name).rule(field).labels
        assert {"en", "de", "fr", "es", "it", "nl", "ms"} <= set(labels)


def test_a_good_file_loads(tmp_path):
    assert load(tmp_path, GOOD).rule("total").title == "Total"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("threshold = 2", "threshold must lie between 0 and 1"),
        ("sensitivity = 7", "sensitivity must be 0, 1, 2 or 3"),
        ('mask = "blur"', "mask must be one of"),
        ('validators = ["smell"]', "there is no validator 'smell'"),
        ("colour = 1", r"nothing is known of \['colour'\]"),
        ("region = [0.9, 0.0, 0.1, 1.0]", "region must be"),
        ('beside = "moon"', "beside names no field"),
        ('labels.tlh = ["x"]', "labels know no language"),
        ('party = "judge"', "party must be one of"),
        ('type = "feeling"', "type must be one of"),
    ],
)
def test_a_mistake_in_a_field_is_told_with_its_place(tmp_path, line, sentence):
    text = GOOD.replace('type = "amount"\n', "") if line.startswith("type") else GOOD
    with pytest.raises(BrokenDocType, match=rf"slip\.toml: fields\.total: .*{sentence}"):
        load(tmp_path, text + line)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('tier = "velvet"', "tier must be one of"),
        ('reader = "owl"', "reader must be one of"),
        ('sums = ["total = moon"]', "there is no field 'moon'"),
        ("[signals]\nmoon = 1", "there is no signal"),
        ('[marks.tlh]\n"x" = 1', "marks know no language"),
        ("title = ", "slip.toml"),
    ],
)
def test_a_mistake_in_a_class_is_told(tmp_path, line, sentence):
    with pytest.raises(BrokenDocType, match=sentence):
        load(tmp_path, GOOD + line if line.startswith("[") else f"{line}\n{GOOD}")


def test_a_class_needs_a_name(tmp_path):
    with pytest.raises(BrokenDocType, match="name must be given"):
        load(tmp_path, GOOD.replace('name = "slip"', ""))
