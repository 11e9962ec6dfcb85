"""What documents are called: by a name that tells nothing, and by one that is content."""

import pytest

from apps.intake.arrival import LONGEST_NAME, plain_name
from apps.intake.converters import ReferenceConverter
from apps.intake.references import ALPHABET, PATTERN, new_reference

NAMES = {
    "invoice.pdf": "invoice.pdf",
    "../../etc/passwd": "passwd",
    "..\\..\\boot.ini": "boot.ini",
    "C:\\Users\\clara\\scan.pdf": "scan.pdf",
    "/": "document",
    "": "document",
    "   ": "document",
    "a\r\nSet-Cookie: b": "aSet-Cookie: b",
    "nul\x00byte.pdf": "nulbyte.pdf",
    "bell\x07.pdf": "bell.pdf",
    "\u202efdp.exe": "fdp.exe",
    "zero\u200bwidth.pdf": "zerowidth.pdf",
    "Rechnung März.pdf": "Rechnung März.pdf",
    "請求書.pdf": "請求書.pdf",
    "a" * 10_000: "a" * LONGEST_NAME,
}


def test_a_reference_has_no_vowels_and_no_look_alikes():
    assert not set(ALPHABET) & set("01OILAEU")
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_references_have_one_shape_and_use_the_whole_alphabet():
    drawn = [new_reference() for _ in range(2000)]
    assert all(PATTERN.fullmatch(reference) for reference in drawn)
    assert set("".join(drawn)) == {*ALPHABET, "-"}
    assert len(set(drawn)) > 1990  # 28**6 are possible


@pytest.mark.parametrize("text", ["7KQ-52", "7KQ52F", "7kq-52f", "7KQ-52FF", "AEI-OUA", "../-..."])
def test_an_address_takes_nothing_but_references(text):
    assert not PATTERN.fullmatch(text)
    assert ReferenceConverter.regex == PATTERN.pattern


@pytest.mark.parametrize("given", NAMES)
def test_a_file_name_is_kept_without_folders_and_tricks(given):
    assert plain_name(given) == NAMES[given]
