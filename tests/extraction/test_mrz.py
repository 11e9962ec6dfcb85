"""Machine-readable zones: found, put right by place and check digit, never by guess."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from apps.extraction import doctypes
from apps.extraction.engines import Glyph, Word
from apps.extraction.fields import Missing
from apps.extraction.find import find_fields
from apps.extraction.mrz import find_zone
from apps.extraction.zones import check_digit
from tests.extraction.pages import by_name, drawn

IDENTITY = doctypes.get("identity")
ALL = [rule.name for rule in IDENTITY.fields]
NAMES = "TEAPOT<<BLUE<ANNA"
SURE = 0.95
NUMBER, BIRTH, EXPIRY = "ZX77104C3", "881130", "310215"


def checked(text: str) -> str:
    """A number of a zone with its check digit."""
    return text + check_digit(text)


def two_lines(code: str, length: int, *, composite: bool, birth: str = BIRTH) -> list[str]:
    below = f"{checked(NUMBER)}UTO{checked(birth)}F{checked(EXPIRY)}".ljust(length - composite, "<")
    if composite:
        below += check_digit(below[:10] + below[13:20] + below[21:])
    return [f"{code}UTO{NAMES}".ljust(length, "<"), below]


def three_lines(number: str = NUMBER) -> list[str]:
    above = f"I<UTO{checked(number)}".ljust(30, "<")
    middle = f"{checked(BIRTH)}F{checked(EXPIRY)}UTO".ljust(29, "<")
    middle += check_digit(above[5:] + middle[:7] + middle[8:15] + middle[18:])
    return [above, middle, NAMES.ljust(30, "<")]


TD1 = three_lines()
TD2 = two_lines("I<", 36, composite=True)
TD3 = two_lines("P<", 44, composite=True)
MRV_A = two_lines("V<", 44, composite=False)
MRV_B = two_lines("V<", 36, composite=False)


def fields(lines: list[str], **drawing):
    page = drawn("\n".join(["PASSPORT", "Surname / Nom", *lines]), **drawing)
    return by_name(find_fields([page], IDENTITY, ALL))


@pytest.mark.parametrize(
    ("name", "lines"),
    [("TD3", TD3), ("TD1", TD1), ("TD2", TD2), ("MRV-A", MRV_A), ("MRV-B", MRV_B)],
)
def test_each_form_is_found_and_its_check_digits_are_right(name, lines):
    zone = find_zone([drawn("\n".join(lines))])
    assert zone is not None
    assert zone.form.name == name
    assert zone.texts == lines
    assert all(zone.checked().values())


def test_the_fields_of_a_passport():
    found = fields(TD3)
    assert {name: one.normalised for name, one in found.items()} == {
        "document_code": "P",
        "issuer": "UTO",
        "number": NUMBER,
        "nationality": "UTO",
        "dob": "1988-11-30",
        "sex": "F",
        "expiry": "2031-02-15",
        "surname": "TEAPOT",
        "given_names": "BLUE ANNA",
    }
    assert found["number"].confidence > 0.99
    assert ("mrz_check_digit", True) in found["number"].checks


def test_a_letter_in_a_digits_place_is_put_right():
    found = fields([TD3[0].replace("UTO", "UT0"), TD3[1].replace(BIRTH, "88II3O")])
    assert found["issuer"].normalised == "UTO"
    assert found["issuer"].value == "UT0"
    assert found["dob"].normalised == "1988-11-30"
    assert found["dob"].confidence > 0.95


def test_a_check_digit_tells_a_letter_from_a_digit():
    lines = three_lines("ZX771O4C3")
    misread = [lines[0].replace("ZX771O4C3", "ZX77104C3"), *lines[1:]]
    found = fields(misread)
    assert found["number"].normalised == "ZX771O4C3"
    assert found["number"].value == "ZX77104C3"
    assert 0.95 < found["number"].confidence < 0.99


FRENCH = ["IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6"]


def test_the_old_card_of_france_has_a_form_of_its_own():
    zone = find_zone([drawn("\n".join(FRENCH))])
    assert zone is not None
    assert zone.form.name == "FRA"
    assert all(zone.checked().values())
    found = fields(FRENCH)
    assert {name: one.normalised for name, one in found.items()} == {
        "document_code": "ID",
        "issuer": "FRA",
        "number": "880692310285",
        "nationality": "FRA",
        "dob": "1965-12-06",
        "sex": "F",
        "surname": "BERTHIER",
        "given_names": "CORINNE",
    }


def test_a_card_of_germany_names_its_state_with_one_letter():
    above, below = two_lines("P<", 44, composite=True)
    found = fields([above.replace("UTO", "D<<"), below.replace("UTO", "D<<")])
    assert (found["issuer"].normalised, found["nationality"].normalised) == ("D", "D")
    assert found["issuer"].failed == []


def test_a_number_too_long_for_its_place_goes_on_in_the_room_for_more():
    above = "I<UTOD23145890<7349".ljust(30, "<")  # the example of Doc 9303-5
    middle = f"{checked(BIRTH)}F{checked(EXPIRY)}UTO".ljust(29, "<")
    middle += check_digit(above[5:] + middle[:7] + middle[8:15] + middle[18:])
    lines = [above, middle, NAMES.ljust(30, "<")]
    zone = find_zone([drawn("\n".join(lines))])
    assert zone is not None
    assert all(zone.checked().values())
    number = fields(lines)["number"]
    assert (number.normalised, number.failed) == ("D23145890734", [])
    wrong = fields([above.replace("7349", "7348"), *lines[1:]])["number"]
    assert wrong.failed == ["mrz_check_digit"]


def test_a_sign_of_no_zone_spoils_its_field_and_no_other():
    found = fields([TD3[0].replace("TEAPOT", "TE.POT"), TD3[1].replace(NUMBER, "ZX77|04C3")])
    assert found["surname"].confidence == 0.5
    assert found["number"].failed == ["mrz_check_digit"]
    assert found["dob"].confidence > 0.99


def test_a_character_that_was_not_read_leaves_its_place_free():
    torn = [TD1[0], TD1[1], TD1[2].replace("BLUE", "\x00LUE")]  # a hole in the page
    page = drawn("\n".join(torn))
    rows = [
        replace(line, words=[_without_hole(word) for word in line.words]) for line in page.lines
    ]
    found = by_name(find_fields([replace(page, lines=rows)], IDENTITY, ALL))
    assert found["given_names"].normalised == "LUE ANNA"
    assert found["given_names"].confidence < SURE
    assert found["surname"].confidence > 0.99


def _without_hole(word: Word) -> Word:
    glyphs = [glyph for glyph in word.glyphs if glyph.text != "\x00"]
    return replace(word, text="".join(glyph.text for glyph in glyphs), glyphs=glyphs)


def test_fillers_that_the_engine_tired_of_are_added_at_the_end():
    zone = find_zone([drawn("\n".join([TD3[0].rstrip("<") + "<<<<<<<<<<<<<<<<<", TD3[1]]))])
    assert zone is not None
    assert zone.texts == TD3


def test_without_a_sure_expiry_the_century_of_a_birth_is_not_sure():
    unread = fields([TD3[0], TD3[1].replace(checked(EXPIRY), "3XX2151")])
    assert "expiry" not in unread
    assert unread["dob"].normalised == "1988-11-30"
    assert unread["dob"].confidence < SURE


@pytest.mark.parametrize(("sign", "other"), [("6", "G"), ("1", "L"), ("8", "S")])
def test_a_check_digit_lends_no_sureness_to_what_weighs_the_same(sign, other):
    assert check_digit(sign) == check_digit(other)
    number = f"ZX77{sign}04C3"
    doubt = {sign: Glyph(sign, 0.7, 0, 0, other, 0.2)}
    lines = two_lines("P<", 44, composite=True)
    below = f"{checked(number)}{lines[1][10:-1]}"
    below += check_digit(below[:10] + below[13:20] + below[21:])
    plain = fields([lines[0], below])["number"]
    assert plain.confidence > 0.99
    doubted = fields([lines[0], below], doubts=doubt)["number"]
    assert doubted.confidence < SURE


def test_two_characters_put_right_are_a_guess():
    lines = three_lines("ZO771O4C3")
    found = fields([lines[0].replace("ZO771O4C3", "Z0771O4C3").replace("1O4", "104"), *lines[1:]])
    assert found["number"].confidence < 0.5


@pytest.mark.parametrize("seed", range(40))
def test_what_is_misread_never_passes_as_certain(seed):
    """Digits that are misread where digits must stand, at full confidence."""
    rng = random.Random(seed)
    lines = rng.choice((TD1, TD2, TD3))
    line = next(at for at, one in enumerate(lines) if BIRTH in one)
    at = lines[line].index(BIRTH) + rng.randrange(len(BIRTH))
    digit = rng.choice([one for one in "0123456789" if one != lines[line][at]])
    misread = [*lines]
    misread[line] = f"{lines[line][:at]}{digit}{lines[line][at + 1 :]}"
    found = fields(misread)
    assert "dob" not in found or found["dob"].failed == ["mrz_check_digit"]


def test_a_number_that_can_be_put_right_in_two_ways_goes_to_a_person():
    lines = two_lines("V<", 44, composite=False)
    wrong = [lines[0], "Z7710OCO0" + check_digit("Z7710OC0O") + lines[1][10:]]
    assert fields(wrong)["number"].confidence < 0.5


def test_a_number_of_digits_is_never_turned_into_letters():
    lines = three_lines("077104500")
    wrong = [lines[0].replace(checked("077104500"), "0771045009"), *lines[1:]]
    found = fields(wrong)
    assert found["number"].normalised == "077104500"
    assert found["number"].confidence < 0.5
    assert ("mrz_check_digit", False) in found["number"].checks


@pytest.mark.parametrize("change", [("<<<<<<<<<<", "<<<<<<<<"), ("<<<<<<<<<<", "<<<<<<<<<<<<")])
def test_lost_and_doubled_fillers_are_put_right(change):
    zone = find_zone([drawn("\n".join([TD3[0].replace(*change, 1), TD3[1]]))])
    assert zone is not None
    assert zone.texts == TD3


def test_capitals_of_other_alphabets_are_read_as_latin_ones():
    assert (
        fields([TD3[0], TD3[1].replace("UTO", "U\u03a4\u039f")])["nationality"].normalised == "UTO"
    )


def test_a_doubt_between_o_and_0_is_none_where_only_a_letter_may_stand():
    doubt = {"O": Glyph("0", 0.6, 0, 0, "O", 0.39)}
    assert fields([TD3[0], TD3[1].replace("UTO", "UTX")], doubts=doubt)["surname"].confidence > 0.9


def test_an_unread_sex_is_unspecified():
    unread = TD3[1][:20] + "<" + TD3[1][21:]
    assert fields([TD3[0], unread])["sex"].normalised == "X"


def test_a_birth_is_before_the_expiry():
    young = two_lines("P<", 44, composite=True, birth="100101")
    assert fields(young)["dob"].normalised == "2010-01-01"


def test_the_box_of_a_field_is_that_of_its_characters():
    found = fields(TD3)
    assert found["number"].box.left == pytest.approx(0)
    assert found["number"].box.right == pytest.approx(9 / 80)
    assert "".join(glyph.text for glyph in found["number"].glyphs) == NUMBER


def test_without_a_zone_every_wanted_field_is_missing_at_the_foot():
    found = find_fields([drawn("PASSPORT\nno zone here")], IDENTITY, ["number", "sex"])
    assert [one.name for one in found] == ["number", "sex"]
    assert all(isinstance(one, Missing) and one.box and one.box.top > 0.5 for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "CRXXXAB123CD0VF3XXXXXXXXXXXXX29801059VP<<<<\nCI<<BRAND<<<<<<<M0DELE<<<<<<<2009AS0528402",
        "<" * 44 + "\n" + "<" * 44,
        "A" * 44 + "\n" + "1" * 44,
        "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG",
    ],
)
def test_what_only_looks_like_a_zone_is_none(text):
    assert find_zone([drawn(text)]) is None


def test_a_check_digit_follows_the_standard():
    assert check_digit("520727") == "3"
    assert check_digit("AB2134<<<") == "5"
    assert check_digit("\u00e4") == "?"
