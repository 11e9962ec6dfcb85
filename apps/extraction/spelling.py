"""Words of names and addresses put right: what a recogniser took for a letter that looks like it.

"WorId" is no word; a capital I among small letters is an l. Where the engine doubted a letter and
its second guess makes a word that the rules know ("Jaian", "Jalan"), or rids a word of its only
digit, that was meant. What is shown as printed stays; only the normalised value is put right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from apps.extraction import lexicon
from apps.extraction.layout import CELL, Mark, Span

DOUBTFUL = 0.9  # confidence; a surer letter stays
BY_LOOKS = 0.9  # trust for each letter that its neighbours put right
BY_WORD = 0.9  # trust for each word that the engine's second guess puts right
SHORTEST = 4  # letters; shorter words are too easily known
LONGEST = 40  # letters; no word is longer
LETTERS = (
    (re.compile(r"(?<=[^\W\d_])0(?=[a-z])|(?<=[a-z])0(?=[^\W\d_])"), "o"),
    (re.compile(r"(?<=[A-Z])0(?=[A-Z])"), "O"),
    (re.compile(r"(?<!Mc)(?<!Mac)(?<=[a-z])[1I|](?=[a-z])|(?<=[A-Z])[1|](?=[a-z])"), "l"),
    (re.compile(r"(?<=[a-z])I(?=l[a-z])|(?<=[a-z]{2})[1|I](?![\w|])"), "l"),
    (re.compile(r"(?<=[A-Z])[1l|](?=[A-Z])"), "I"),
    (re.compile(r"(?<=[A-Za-z])!(?=[a-z])|(?<=[a-z])!(?=\s[A-Z])"), "i"),
)
WORD = re.compile(r"\S+")
SIGNS = ".,;:()-'\""  # around words

Character = tuple[str, Mark | None]


def spelled(spans: Sequence[Span]) -> tuple[str, float]:
    """The words of some spans, put right, and the trust that is left (0 to 1)."""
    words: list[str] = []
    trust = 1.0
    for span in spans:
        text = span.row.text[span.start : span.end].replace(CELL, " ")
        marks = span.row.marks[span.start : span.end]
        for match in WORD.finditer(text):
            word, sure = _word(match.group(), marks[match.start() : match.end()])
            words.append(word)
            trust *= sure
    whole, changes = _by_looks(" ".join(words))
    return whole, trust * BY_LOOKS**changes


def _word(word: str, marks: Sequence[Mark | None]) -> tuple[str, float]:
    """A word as the engine's second guesses make it known or free of a digit, if they do."""
    if len(word) <= LONGEST and not _is_known(word):
        for at, other in _second_guesses(word, marks):
            if _is_known(other) or _is_among_letters(word, at):
                return other, BY_WORD
    return word, 1.0


def _is_among_letters(word: str, at: int) -> bool:
    """Whether a digit is the only one in a word and has letters on both sides, or at its start."""
    rest = (word[:at] + word[at + 1 :]).strip(SIGNS)
    return word[at].isdigit() and len(rest) >= SHORTEST - 1 and rest.isalpha()


def _second_guesses(word: str, marks: Sequence[Mark | None]) -> Iterator[tuple[int, str]]:
    """Where the engine doubted a letter, and the word with its second guess."""
    for at, mark in enumerate(marks):
        if mark and mark.glyph.confidence < DOUBTFUL and mark.glyph.other.isalpha():
            yield at, word[:at] + mark.glyph.other + word[at + 1 :]


def _is_known(word: str) -> bool:
    plain = word.casefold().strip(SIGNS)
    return len(plain) >= SHORTEST and plain in _known()


@cache
def _known() -> frozenset[str]:
    """The words of streets, places, trades and legal forms, in small letters, accents kept."""
    lists = (("address", "streets"), ("address", "places"), ("names", "trades"))
    phrases = (phrase for section, name in lists for phrase in lexicon.phrases(section, name))
    return frozenset(word.casefold() for phrase in phrases for word in phrase.split())


def _by_looks(text: str) -> tuple[str, int]:
    """A text whose letters fit their neighbours, and how many were changed."""
    changes = 0
    for pattern, letter in LETTERS:
        text, count = pattern.subn(letter, text)
        changes += count
    return text, changes
