"""Signs that the eye does not see, or takes for others.

Look here for what is taken out of every text before it is kept, and for what tells that a word
is not made of the letters it seems to be made of.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

SOFT_HYPHEN = "\u00ad"  # honest in a text layer: where a word may be parted
MOST_MARKS = 2  # on one letter; more of them are a picture, not a letter
SPACES = frozenset({"Cc", "Zs", "Zl", "Zp"})  # categories that part words
UNSEEN = frozenset({"Cf", "Cs", "Co", "Cn"})  # categories that print nothing of their own
# Letters and marks that print nothing: joiners, fillers, variants of the sign before them.
BLANKS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
PILE = re.compile(rf"[^\W\d_](?P<kept>[\u0300-\u036f]{{{MOST_MARKS}}})[\u0300-\u036f]+")
WORD = re.compile(r"\w+")
# Letters of phonetic alphabets are called Latin and look it, but no word is written with them.
PHONETIC = re.compile("[\u01c0-\u01c3\u0250-\u02af\u1d00-\u1dbf\ua720-\ua7ff]")
DRAWN = frozenset({"<font>", "<circle>", "<square>"})  # kinds of decomposition
UNITS = frozenset("\u00b5\u03bc\u2126\u03a9")  # micro and ohm, honest beside Latin letters
# Scripts that are written together; Latin stands beside those of East Asia too.
TOGETHER = (
    frozenset({"latin", "cjk", "hiragana", "katakana"}),
    frozenset({"latin", "cjk", "bopomofo"}),
    frozenset({"latin", "cjk", "hangul"}),
)


def cleaned(text: str) -> str:
    """The text in one line, without what the eye does not see."""
    return " ".join(_seen(text).split())


def hides(text: str) -> bool:
    """Whether signs that the eye does not see stand in the text."""
    return len(_seen(text)) < len(text.replace(SOFT_HYPHEN, ""))


def looks_like_another(text: str) -> bool:
    """Whether a word is made of letters that are taken for others.

    Scripts are mixed in one word, a script is used for nothing but its Latin look-alikes, or
    letters are drawn as signs of mathematics or phonetics.
    """
    words = WORD.findall(text)
    foreign = _foreign(text)
    return (
        any(_is_drawn(sign) for sign in text)
        or any(_is_mixed(word) for word in words)
        or any(letters <= _lookalikes().keys() for letters in foreign.values())
    )


def folded(text: str) -> str:
    """The text as the eye reads it: plain small letters, whatever they are made of."""
    plain = unicodedata.normalize("NFKC", cleaned(text)).translate(_as_latin())
    parts = unicodedata.normalize("NFKD", plain.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _seen(text: str) -> str:
    kept = "".join(
        " " if unicodedata.category(sign) in SPACES else sign
        for sign in BLANKS.sub("", text)
        if unicodedata.category(sign) not in UNSEEN
    )
    return PILE.sub(lambda match: match.group()[: 1 + MOST_MARKS], kept)


def _is_drawn(sign: str) -> bool:
    """Whether a letter is a sign of mathematics, an encircled or a phonetic one."""
    if unicodedata.decomposition(sign).partition(" ")[0] in DRAWN:
        meant = unicodedata.normalize("NFKC", sign)
        return len(meant) == 1 and meant.isascii() and meant.isalpha()
    return PHONETIC.match(sign) is not None


def _is_mixed(word: str) -> bool:
    scripts = {script for sign in word if (script := _script(sign))}
    zeros = {zero for sign in word if (zero := _zero(sign))}
    if len(zeros) > 1 or ("latin" in scripts and not zeros <= {"0"}):
        return True
    return len(scripts) > 1 and not any(scripts <= known for known in TOGETHER)


def _foreign(text: str) -> Mapping[str, set[str]]:
    """The letters of each script that has look-alikes of Latin letters."""
    found: dict[str, set[str]] = {}
    for sign in text:
        if (script := _script(sign)) in _table():
            found.setdefault(script, set()).add(sign)
    return found


def _zero(sign: str) -> str:
    """The zero of the digits to which a sign belongs; empty if it is none."""
    plain = unicodedata.normalize("NFKC", sign)[:1]
    value = unicodedata.decimal(plain, None)
    return "" if value is None else chr(ord(plain) - value)


@cache
def _script(sign: str) -> str:
    """The script of a letter; empty for all that has none."""
    if sign.isascii():
        return "latin" if sign.isalpha() else ""
    if sign in UNITS or unicodedata.category(sign) not in ("Lu", "Ll", "Lt", "Lo"):
        return ""
    name = unicodedata.name(unicodedata.normalize("NFKC", sign)[0], "").lower()
    return name.partition(" ")[0]


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    """By script, each letter with the Latin one that it is taken for."""
    path = Path(__file__).with_name("lookalikes.toml")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        script: dict(zip(pair["letters"], pair["latin"], strict=True))
        for script, pair in data.items()
    }


@cache
def _lookalikes() -> Mapping[str, str]:
    return dict(_pairs())


@cache
def _as_latin() -> Mapping[int, str]:
    return str.maketrans(dict(_pairs()))


def _pairs() -> Iterator[tuple[str, str]]:
    for pairs in _table().values():
        yield from pairs.items()
