"""In which language a document is written, told by its most common small words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from apps.extraction import lexicon

ENOUGH = 3  # small words of a language, below which a page may only quote it
AHEAD = 1.5  # times as many as of any other


def language_of(words: Iterable[str]) -> str:
    """The code of a language, as the lexicon has it; empty if none is clearly ahead."""
    counts = Counter(dict.fromkeys(lexicon.small_words_of(), 0))
    for word in words:
        plain = lexicon.squeezed(word)
        for language, small in lexicon.small_words_of().items():
            counts[language] += plain in small
    (first, most), *others = counts.most_common(2)
    second = others[0][1] if others else 0
    return first if most >= max(ENOUGH, AHEAD * second) else ""
