"""What a line of a letterhead is: a name, an address, a number of a register, something else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from itertools import pairwise

from apps.extraction import lexicon
from apps.extraction.labels import Phrases, Target
from apps.extraction.layout import Row, Span

REGISTER = re.compile(
    r"""^[\s(\[<{]*(?:co\.?\s?(?:reg)?\.?\s?(?:no)?[.:\s]*|roc[.:\s]*|reg\.?\s?(?:no)?[.:\s]*)?
        [A-Z]{0,3}\s?\d{5,12}(?:\s?[-\u00b7]\s?[A-Z0-9]{0,4}|[A-Z0-9]{0,4}|\s[A-Z0-9])[\s)\]>}]*$""",
    re.VERBOSE | re.IGNORECASE,
)
REGISTER_BEHIND = re.compile(
    r"""\s*[(\[<]?\s?(?:co\.?\s?(?:reg)?\.?\s?no\.?[:\s]*)?
        [A-Z]{0,3}\d{4,12}\s?-?\s?[A-Z0-9]{0,3}\s?[)\]>]?\s*(?:\(\w{1,5}\))?\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
POSTCODE = re.compile(
    r"""(?<![\d/-])(?:
        \d{5} | \d{2}[\s-]\d{3}               # most of Europe, Malaysia, the United States
      | \d{4}\s?[A-Z]{2}                     # Netherlands
      | \d{4}(?=\s[A-Z\u00c4\u00d6\u00dc\u00c9][a-z\u00df-\u00ff])  # Austria, Belgium, Switzerland
      | [A-Z]{1,2}-\d{4,5}(?=\s)            # with the letter of the country
      | [A-Z]{2,3}\s\d{4}(?![.,]\d)         # Australia, behind the state; no amount
      | [A-Z]{1,2}\d{1,2}[A-Z]?\s?\d[A-Z]{2}  # United Kingdom
      | [A-Z]\d{2}\s[A-Z0-9]{4}              # Ireland
      | [A-Z]\d[A-Z]\s?\d[A-Z]\d             # Canada
    )(?![\d-])""",
    re.VERBOSE,
)
HOUSE_NUMBER = re.compile(r"\s*\d{1,4}[A-Z]?,\s?[A-Z]", re.IGNORECASE)
LONG_PLACE = 3  # letters; a postcode with more of them is a place, not a code
POSTCODE_DIGITS = 6
LONGEST = 200  # characters; nothing of a letterhead is longer
MANY_WORDS, FEW_WORDS = 8, 4  # a name has no more; a sentence has more
MOST_OF_IT = 0.8  # share of a line
SHORT_FORM = 3  # letters; legal forms up to this length are words of other meaning too
MEASURE = re.compile(r"\d\s?kg\b", re.IGNORECASE)  # no limited partnership
WORD = re.compile(r"[^\W\d_]+(?:[.'\u2019/&][^\W\d_]+)*\.?")


# Signs inside words that recognisers put for letters: "JA:AN", "J1n", "WorId".
ODD_SIGN = re.compile(r"[^\W\d_][:_|!\[\]{}][^\W\d_]|[A-Za-z][01][a-z]|[a-z]I[a-z]")
TRUST_IN_ODD = 0.5


class Role(StrEnum):
    """What a line is for."""

    NAME = "name"
    ADDRESS = "address"
    PLACE = "place"  # a region or country on a line of its own
    REGISTER = "register"
    HEADING = "heading"
    END = "end"  # telephone, tax number, date: what follows an address
    OTHER = "other"


@dataclass(frozen=True)
class Line:
    """A line of a letterhead."""

    span: Span

    @property
    def text(self) -> str:
        return self.span.plain.replace("\t", " ")

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(lexicon.squeezed(word) for word in WORD.findall(self.text))

    @cached_property
    def letters(self) -> int:
        return sum(sign.isalpha() for sign in self.text)

    @cached_property
    def digits(self) -> int:
        return sum(sign.isdigit() for sign in self.text)

    @cached_property
    def role(self) -> Role:
        if len(self.text) > LONGEST:
            return Role.OTHER
        if REGISTER.match(self.text):
            return Role.REGISTER
        if self.is_end:
            return Role.END
        if self.is_heading:
            return Role.HEADING
        if self.legal_form and not HOUSE_NUMBER.match(self.text) and "," not in self.text:
            return Role.NAME
        if self.is_address:
            return Role.ADDRESS
        if self.is_place:
            return Role.PLACE
        return Role.OTHER

    @cached_property
    def legal_form(self) -> bool:
        """Whether a legal form stands in the line; a short one only at its end."""
        forms = lexicon.words("names", "legal_forms")
        words = tuple(lexicon.squeezed(word) for word in WORD.findall(MEASURE.sub(" ", self.text)))
        pairs = [a + b for a, b in pairwise(words) if len(a) > 1]
        long = [word for word in (*words[1:], *pairs) if len(word) > SHORT_FORM]
        last = [*words[1:][-2:], *pairs[-1:]]
        return not forms.isdisjoint((*long, *last))

    @cached_property
    def trade(self) -> bool:
        """Whether a word of trade stands in the line, beside other words."""
        trades = lexicon.words("names", "trades")
        own = [word for word in self.words if word not in trades and len(word) > 1]
        return bool(own) and len(own) < len(self.words) and bool(trades.intersection(self.words))

    @cached_property
    def only_form(self) -> bool:
        """Whether the line holds but a legal form and words of trade: the end of a name."""
        known = lexicon.words("names", "legal_forms") | lexicon.words("names", "trades") | {"sdn"}
        return bool(self.words) and all(word in known for word in self.words)

    @cached_property
    def is_heading(self) -> bool:
        """Whether headings make up the whole line, or a slogan stands in it."""
        if next(_phrases("names", "slogans").find(self._row), None):
            return True
        return self.letters > 0 and self._covered("names", "headings") >= MOST_OF_IT

    @cached_property
    def is_caption(self) -> bool:
        """Whether the line only announces something else, or numbers the page."""
        if self.words and self.words[0] in lexicon.words("names", "pages"):
            return True
        return self._covered("names", "captions") >= MOST_OF_IT

    @cached_property
    def is_sentence(self) -> bool:
        if len(self.text) > LONGEST:
            return True
        if len(self.words) > MANY_WORDS:
            return True
        small = sum(word in lexicon.small_words() for word in self.words)
        ends = self.text.rstrip().endswith(".") and not self.legal_form
        return small > 1 or (ends and len(self.words) > FEW_WORDS)

    @cached_property
    def is_end(self) -> bool:
        """Whether the line is no address any more: a telephone, a tax number, a date."""
        telephone = self.digits >= 7 and self.letters <= 4
        return telephone or "@" in self.text or self.starts_with("ends")

    @cached_property
    def is_address(self) -> bool:
        known = lexicon.words("address", "streets")
        endings = tuple(lexicon.words("address", "street_endings"))
        parts = {part for word in WORD.findall(self.text) for part in word.lower().split(".")}
        streets = len(known.intersection(parts.union(self.words)))
        streets += any(word.endswith(endings) for word in self.words)
        commas = self.text.count(",") + self.text.rstrip().endswith(".")
        if self.letters < 2:
            return False
        if POSTCODE.search(self.text) and (self.letters > LONG_PLACE or streets):
            return True
        if HOUSE_NUMBER.match(self.text):
            return True
        return bool(streets) and (self.digits > 0 or commas > 0 or streets > 1)

    @cached_property
    def is_place(self) -> bool:
        """Whether the line names a region or a country, or ends with one and has no digits."""
        hits = list(_phrases("address", "places").find(self._row))
        if not hits or self.digits > POSTCODE_DIGITS:
            return False
        at_end = not any(sign.isalnum() for sign in self._row.plain[hits[-1].span.end :])
        return at_end or self.is_whole_place

    @cached_property
    def is_whole_place(self) -> bool:
        """Whether the line names a region or a country, and nothing else."""
        return self._covered("address", "places") >= MOST_OF_IT

    def _covered(self, section: str, name: str) -> float:
        """The share of the line's letters that belong to phrases of a list."""
        hits = _phrases(section, name).find(self._row)
        covered = sum(sign.isalpha() for hit in hits for sign in hit.span.text)
        return covered / max(1, self.letters)

    def starts_with(self, section: str) -> bool:
        """Whether the line begins with one of the words that end an address."""
        first = next(_phrases("address", section).find(self._row), None)
        return first is not None and not self._row.plain[: first.span.start].strip(" (*-#[<.:")

    @cached_property
    def _row(self) -> Row:
        """The line as a row of its own, for looking up phrases."""
        row, start, end = self.span.row, self.span.start, self.span.end
        if start == 0 and end == len(row.text):
            return row
        return Row(row.page, row.number, row.text[start:end], row.marks[start:end], self.span.box)


@cache
def _phrases(section: str, name: str) -> Phrases:
    target = Target(name, 1.0)
    return Phrases({word: [target] for word in lexicon.words(section, name)})


def trust_in(text: str) -> float:
    """How surely words mean what they say (0 to 1): less for each sign that belongs in no word."""
    return float(TRUST_IN_ODD ** len(ODD_SIGN.findall(text)))
