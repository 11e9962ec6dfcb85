"""Class files are checked when they are loaded, and say what is wrong in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.extraction import arithmetic, doctypes
from apps.extraction.doctypes import BrokenDocType, DocType
from apps.extraction.values import Kind

LANGUAGES = {"en", "de", "fr", "es", "it", "nl", "ms"}
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
        "credit_note",
        "form",
        "identity",
        "invoice",
        "letter",
        "medical_form",
        "other",
        "payslip",
        "receipt",
        "tax_form",
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
    for doctype in doctypes.load_all():
        for rule in doctype.fields:
            spoken = set(rule.labels)
            if rule.required and rule.labels and rule.name != "iban":
                assert "any" in spoken or spoken >= LANGUAGES, f"{doctype.name}.{rule.name}"


def test_identity_health_payroll_and_law_are_of_the_high_tier():
    high = {doctype.name for doctype in doctypes.load_all() if doctype.tier == "high"}
    assert high == {"identity", "medical_form", "payslip", "tax_form", "contract"}


@pytest.mark.parametrize("doctype", doctypes.load_all(), ids=lambda one: one.name)
def test_two_people_read_what_harms_most_when_it_is_wrong(doctype):
    for rule in doctype.fields:
        of_a_person = rule.type in (Kind.PERSON_NUMBER, Kind.IBAN) or rule.name == "dob"
        assert rule.readers == 2 or not of_a_person, rule.name


@pytest.mark.parametrize("doctype", doctypes.load_all(), ids=lambda one: one.name)
def test_a_number_of_a_person_is_special_and_checked(doctype):
    for rule in doctype.fields:
        if rule.type == Kind.PERSON_NUMBER:
            assert rule.sensitivity == 3
            assert {"tax_number", "social_security", "health_number"}.intersection(rule.validators)


STRIP = """
name = "strip"
title = "Strip"
kind_of = "slip"
[fields.total]
title = "Total of the strip"
[fields.number]
title = "Number"
type = "reference"
"""


def test_a_kind_of_a_class_has_its_fields_and_says_what_differs(tmp_path):
    load(tmp_path, f'sums = ["total = total"]\n{GOOD}')
    path = tmp_path / "strip.toml"
    path.write_text(STRIP, encoding="utf-8")
    strip = doctypes.load(path)
    assert [rule.name for rule in strip.fields] == ["total", "number"]
    assert strip.rule("total").title == "Total of the strip"
    assert strip.rule("total").type == Kind.AMOUNT
    assert strip.sums == ["total = total"]


@pytest.mark.parametrize(
    ("base", "sentence"),
    [
        ("moon", "kind_of names no class: 'moon'"),
        ("strip", "kind_of names a kind of another class"),
    ],
)
def test_a_class_is_a_kind_of_one_that_stands_for_itself(tmp_path, base, sentence):
    path = tmp_path / "strip.toml"
    path.write_text(STRIP.replace('"slip"', f'"{base}"'), encoding="utf-8")
    with pytest.raises(BrokenDocType, match=sentence):
        doctypes.load(path)


def test_a_credit_note_has_every_field_of_an_invoice():
    invoice, credit_note = doctypes.get("invoice"), doctypes.get("credit_note")
    names = {rule.name for rule in credit_note.fields}
    assert names == {*(rule.name for rule in invoice.fields), "corrected_invoice"}
    assert credit_note.sums == invoice.sums


def test_a_good_file_loads(tmp_path):
    assert load(tmp_path, GOOD).rule("total").title == "Total"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("threshold = 2", "threshold must lie between 0 and 1"),
        ("sensitivity = 7", "sensitivity must be 0, 1, 2 or 3"),
        ('mask = "blur"', "mask must be one of"),
        ("readers = 3", "readers must be 1 or 2"),
        ("readers = 0", "readers must be 1 or 2"),
        ('validators = ["smell"]', "there is no validator 'smell'"),
        ("colour = 1", r"nothing is known of \['colour'\]"),
        ("region = [0.9, 0.0, 0.1, 1.0]", "region must be"),
        ('beside = "moon"', "beside names no field"),
        ('like = "moon"', "like names no field"),
        ('after = "moon"', "after names no field"),
        ('unlike = ["moons"]', "the lexicon has no list of 'moons'"),
        ('labels.tlh = ["x"]', "labels know no language"),
        ('party = "judge"', "party must be one of"),
        ('own = "shoe size"', "there is no kind of fragment 'shoe size'"),
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
        ('fragments = ["shoe size"]', "fragments know no kind"),
        ('taxed = ["total", "moon", "total"]', "taxed: there is no field 'moon'"),
        ('taxed = ["total"]', "taxed names the fields of net, tax and gross"),
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
