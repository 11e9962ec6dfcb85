"""How a document writes amounts and dates, judged from everything on its pages.

One value may be ambiguous (03/04/2018, 1.000); the rest of the document seldom is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from apps.extraction import lexicon
from apps.extraction.layout import Row
from apps.extraction.values import Habits
from apps.extraction.values.codes import currency_signs

CENTS = re.compile(r"\d([.,])\d{2}(?![\d.,])")
NUMERIC_DATE = re.compile(
    r"(?<![\d./-])(\d{1,2})([/-])(\d{1,2})\2(?:(?:19|20)\d\d|\d\d)(?!\d(?!\d?:))"
)
US_ADDRESS = re.compile(r"[A-Za-z],?\s?(?!DE)[A-Z]{2},?\s?\d{5}(?:-\d{4})?(?!\d)")
LETTERS = re.compile(r"[a-z]+")
PROVED = 0.995  # trust in the order of day and month when another date of the document shows it
BY_COUNTRY = 0.98  # trust when the currency or the address shows the country
USUAL = 0.9  # trust when nothing shows it: most of the world has the day first
ENOUGH = 20_000  # rows; what a document does it does early


def judge(rows: Sequence[Row]) -> Habits:
    """The habits of a document, from all its rows."""
    texts = [row.plain for row in rows[:ENOUGH]]
    currency = _main_currency(texts)
    month_first, trust = _order(texts, currency)
    return Habits(_decimal(texts, currency), month_first, trust, currency)


def _decimal(texts: Iterable[str], currency: str) -> str:
    signs = Counter(sign for text in texts for sign in CENTS.findall(text))
    if signs["."] != signs[","]:
        return "." if signs["."] > signs[","] else ","
    return "," if currency == "EUR" else "."


def _main_currency(texts: Iterable[str]) -> str:
    """The currency named most often; a bare $ counts only where no other dollar is named."""
    counts = Counter(code for text in texts for _, code in currency_signs(text))
    return counts.most_common(1)[0][0] if counts else ""


def _order(texts: Sequence[str], currency: str) -> tuple[bool, float]:
    """Whether months come first, and how sure that is (0 to 1)."""
    firsts = seconds = 0
    for text in texts:
        for first, _, second in NUMERIC_DATE.findall(text):
            firsts += int(first) > 12 >= int(second)
            seconds += int(second) > 12 >= int(first)
    if firsts or seconds:
        return seconds > firsts, PROVED if not (firsts and seconds) else 0.7
    if currency and currency not in lexicon.month_first():
        return False, BY_COUNTRY
    if any(lexicon.day_first_words().intersection(LETTERS.findall(t.lower())) for t in texts):
        return False, BY_COUNTRY
    if any(US_ADDRESS.search(text) for text in texts):
        return True, BY_COUNTRY
    return bool(currency), USUAL
