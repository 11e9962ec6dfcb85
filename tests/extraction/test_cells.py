"""Printed forms: labels over their values, labels beside them, and names that are none."""

from __future__ import annotations

import pytest

from apps.extraction import doctypes
from apps.extraction.blocks import reads_as_name
from apps.extraction.find import find_fields
from apps.extraction.lines import Line
from tests.extraction.pages import by_name, drawn, row

NEXT_TO = """
Bulan gaji        Tarikh bayaran
                  26/10/2026
"""
BLOCK = """
Kraanvogel Instrumenten B.V.
Lindelaan 14
0417 ZZ Meerlinden

Aanvraagformulier
Datum:  12-05-2026
"""


def found(name: str, text: str, *wanted: str) -> dict[str, str]:
    fields = find_fields([drawn(text)], doctypes.get(name), wanted)
    return {field: one.normalised for field, one in by_name(fields).items()}


def test_the_label_of_another_field_is_no_text():
    assert "pay_period" not in found("payslip", NEXT_TO, "pay_period")
    beside = NEXT_TO.replace("Tarikh bayaran", "Oktober 2026")
    assert found("payslip", beside, "pay_period") == {"pay_period": "Oktober 2026"}


def test_a_short_text_is_one_too():
    assert found("payslip", "Month: May 2026", "pay_period") == {"pay_period": "May 2026"}


def test_a_name_that_belongs_to_no_party_needs_its_label():
    assert found("form", BLOCK, "name") == {}
    labelled = f"{BLOCK}\nNaam:  Maarten Plashuis"
    assert found("form", labelled, "name") == {"name": "Maarten Plashuis"}


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        ("00000083), represented by Oliver Mossgrove", False),
        ("Halden] Group", False),
        ("Halden (Holdings) Ltd", True),
        ("Oliver Mossgrove", True),
    ],
)
def test_the_end_of_a_bracket_begins_no_name(text, is_name):
    assert reads_as_name(Line(row(text).whole)) is is_name
