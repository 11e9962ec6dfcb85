"""What a person types is read like what is printed, as the document has it."""

import pytest

from apps.extraction.typed import normalise
from apps.extraction.values import Habits, Kind

POINT, COMMA = Habits(decimal="."), Habits(decimal=",")
MONTH_FIRST, DAY_FIRST = Habits(month_first=True), Habits(month_first=False)

TYPED = [
    # kind            habits       typed                          normalised
    (Kind.DATE,       DAY_FIRST,   "2026-11-14",                  "2026-11-14"),
    (Kind.DATE,       DAY_FIRST,   "14.11.2026",                  "2026-11-14"),
    (Kind.DATE,       DAY_FIRST,   "14 November 2026",            "2026-11-14"),
    (Kind.DATE,       DAY_FIRST,   "3/4/2026",                    "2026-04-03"),
    (Kind.DATE,       MONTH_FIRST, "3/4/2026",                    "2026-03-04"),
    (Kind.DATE,       DAY_FIRST,   "3 5 2026",                    "2026-05-03"),
    (Kind.DATE,       DAY_FIRST,   "Monday, May 3rd, 2026",       "2026-05-03"),
    (Kind.DATE,       DAY_FIRST,   "3 maj 2026",                  "2026-05-03"),
    (Kind.DATE,       DAY_FIRST,   "31.02.2026",                  "31.02.2026"),
    (Kind.DATE,       DAY_FIRST,   "soon",                        "soon"),
    (Kind.AMOUNT,     POINT,       "1,284.60",                    "1284.60"),
    (Kind.AMOUNT,     COMMA,       "1.284,60",                    "1284.60"),
    (Kind.AMOUNT,     POINT,       "1284.60",                     "1284.60"),
    (Kind.AMOUNT,     COMMA,       "1284,60",                     "1284.60"),
    (Kind.AMOUNT,     POINT,       "1 284.60",                    "1284.60"),
    (Kind.AMOUNT,     COMMA,       "12,--",                       "12.00"),
    (Kind.AMOUNT,     POINT,       "EUR 84.60",                   "84.60"),
    (Kind.AMOUNT,     POINT,       "nothing",                     "nothing"),
    (Kind.IBAN,       POINT,       "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    (Kind.IBAN,       POINT,       "DE89370400440532013000",      "DE89370400440532013000"),
    (Kind.NAME,       POINT,       "  Ada   Whimbrel ",           "Ada Whimbrel"),
    (Kind.REFERENCE,  POINT,       "KX-77314-RQ",                 "KX-77314-RQ"),
    (Kind.AMOUNT,     POINT,       "",                            ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "habits", "typed", "normalised"), TYPED)
def test_typed_text_is_normalised(kind, habits, typed, normalised):
    assert normalise(typed, kind, habits) == normalised


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("typed", ["", " ", "x" * 500, "7" * 500, "\u202e<script>", "É ß 請求書"])
def test_nothing_that_is_typed_breaks_the_reading_of_it(kind, typed):
    assert isinstance(normalise(typed, kind, Habits()), str)
