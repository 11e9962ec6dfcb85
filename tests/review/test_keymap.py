"""The help says what the browser's modules do."""

import re
from pathlib import Path

from apps.review.keymap import LETTERS, TABLES

KEYS = Path(__file__).parents[2] / "static" / "js" / "keys.js"


def test_the_usual_letters_are_those_that_the_browser_obeys():
    [usual] = re.findall(r"USUAL = \{(.+?)\}", KEYS.read_text())
    obeyed = dict(re.findall(r"(\w+): \"(\w)\"", usual))
    assert obeyed == {letter.command: letter.cap.lower() for letter in LETTERS}


def test_no_letter_stands_for_two_commands():
    assert len({letter.cap for letter in LETTERS}) == len(LETTERS)


def test_each_mode_says_its_keys():
    assert all(table.keys for tables in TABLES.values() for table in tables)
    assert set(TABLES) == {"one", "grid", "digits"}
