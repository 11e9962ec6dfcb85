"""Dates of a document: which is part of a period, which follows from another."""

from __future__ import annotations

import pytest

from apps.extraction import doctypes
from apps.extraction.contradictions import contradicted
from apps.extraction.days import terms_of
from apps.extraction.fields import Flag, Found
from apps.extraction.find import find_fields
from apps.extraction.layout import rows_of
from tests.extraction.pages import by_name, drawn


def found(drawing: str) -> dict[str, Found]:
    fields = find_fields([drawn(drawing)], doctypes.get("invoice"), ["issue_date", "due_date"])
    return by_name(fields)


def days(drawing: str) -> tuple[str, str]:
    fields = found(drawing)
    return tuple(
        fields[name].normalised if name in fields else "" for name in ("issue_date", "due_date")
    )


@pytest.mark.parametrize(
    "head",
    [
        "Teatown, 3 May 2021",
        "Musterort, den 03.05.2021",
        "Lyon, le 3 mai 2021",
        "Wien,   03.05.2021",
    ],
)
def test_a_date_behind_a_place_is_when_it_was_written(head):
    assert days(f"02.02.2020\n{head}\nRechnung RE-7")[0] == "2021-05-03"


def test_the_ends_of_a_period_are_less_likely_than_a_day_by_itself():
    text = "Rechnung RE-7\n01.10.2023 - 31.10.2023\nText\n02.11.2023"
    assert days(text)[0] == "2023-11-02"


@pytest.mark.parametrize(
    "terms",
    [
        "Zahlbar in 30 Tagen netto bis 04.04.2018, 3% Skonto in 10 Tagen bis 15.03.2018",
        "Zahlbar mit 3 % bis 15.03.2018, ohne bis 04.04.2018",
    ],
)
def test_what_a_discount_ends_with_is_not_when_it_is_due(terms):
    assert days(f"Invoice date   05.03.2018\n{terms}") == ("2018-03-05", "2018-04-04")


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Terms: Net 30", [30]),
        ("14 Tage 2 % Skonto, 30 Tage netto", [30]),
        ("payable within 14 days", [14]),
        ("30 jours fin de mois", [30]),
        ("a 60 días", [60]),
        ("10 pieces", []),
        ("within 999 days", []),
    ],
)
def test_terms_of_payment_are_days(text, terms):
    assert terms_of(rows_of(drawn(text))) == terms


def test_terms_make_a_due_date_surer():
    text = "Invoice date   05.03.2018\nzahlbar   04.04.2018"
    with_terms = found(text + "\n30 Tage netto")["due_date"].confidence
    assert with_terms > found(text)["due_date"].confidence


def weighed(text: str) -> dict[str, Found]:
    """The same, weighed against one another."""
    fields = contradicted(list(found(text).values()), doctypes.get("invoice"))
    return {one.name: one for one in fields if isinstance(one, Found)}


def test_nothing_is_due_before_it_was_invoiced():
    early = weighed("Invoice date   05.03.2018\nDue date   04.04.2017")
    assert Flag.CONTRADICTION in early["due_date"].flags
    assert Flag.CONTRADICTION in early["issue_date"].flags
    late = weighed("Invoice date   05.03.2018\nDue date   04.04.2018")
    assert not late["due_date"].flags
    assert early["due_date"].confidence < late["due_date"].confidence


def test_an_article_announces_only_the_date_right_behind_it():
    text = "Teatown, 25. Juni 2026\nDen Auftrag werden wir am 20. Juli 2026 versenden"
    assert days(text)[0] == "2026-06-25"


def test_a_label_after_a_slash_belongs_to_the_word_before_it():
    text = "Belegnr./Datum   9001 / 04.07.2023\nAuftrag/Datum   4512 / 12.06.2023"
    assert days(text)[0] == "2023-07-04"


def test_a_date_at_the_foot_is_less_likely_that_of_the_document():
    head, foot = "Datum 03.05.2021" + "\nText" * 20, "Text\n" * 20 + "Datum 03.05.2021"
    surer, less = (found(text)["issue_date"].evidence.chosen for text in (head, foot))
    assert surer > less
