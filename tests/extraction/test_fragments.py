"""Numbers of persons inside other values are hidden; honest numbers are left alone."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from apps.extraction import doctypes
from apps.extraction.fragments import KINDS, SIGN, hidden
from apps.extraction.fragments.rules import Fragment, issuers, rules
from apps.extraction.models import Content
from apps.extraction.values import Kind

CARD, LOYALTY, NATIONAL_ID, HEALTH = KINDS

ONES = "\uff11" * 4  # wide digits

HIDDEN = [
    # Cards: the last four digits stay
    (CARD, "4111 1111 1111 1111", "•••• •••• •••• 1111"),
    (CARD, "4111-1111-1111-1111", "••••-••••-••••-1111"),
    (CARD, "4111111111111111", "••••••••••••1111"),
    (CARD, "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "• • • • • • • • • • • • 1 1 1 1"),
    (CARD, "5555 5555 5555 4444", "•••• •••• •••• 4444"),
    (CARD, "2223003122003222", "••••••••••••3222"),
    (CARD, "3782 822463 10005", "•••• •••••• •0005"),
    (CARD, "6011 0009 9013 9424", "•••• •••• •••• 9424"),
    (CARD, "3056 930902 5904", "•••• •••••• 5904"),
    (CARD, "3530 1113 3330 0000", "•••• •••• •••• 0000"),
    (CARD, "6759 6498 2643 8453", "•••• •••• •••• 8453"),
    (CARD, "paid by VISA4111111111111111 03/27", "paid by VISA••••••••••••1111 03/27"),
    (CARD, "12 High St, 4111 1111 1111 1111, London", "12 High St, •••• •••• •••• 1111, London"),
    (CARD, f"\uff14{ONES[:-1]} {ONES} {ONES} {ONES}", f"•••• •••• •••• {ONES}"),
    (CARD, "41111111111111110327", "••••••••••••••••0327"),  # the month ran in
    (CARD, "4921 **** **** 1234", "•••• **** **** 1234"),
    (CARD, "492112XXXXXX1234", "••••••••••••1234"),
    # Misread cards leave the rest of their digits readable
    (CARD, "4111 1111 1111 1112", "•••• •••• •••• 1112"),
    (CARD, "4111 111O 1111 1111", "•••• •••• •••• 1111"),
    (CARD, "4111111111111112", "••••••••••••1112"),
    # Two of them, and one beside an IBAN
    (CARD, "4111111111111111 5555555555554444", "••••••••••••1111 ••••••••••••4444"),
    (
        CARD,
        "DE89 3704 0044 0532 0130 00 4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00 •••• •••• •••• 1111",
    ),
    (LOYALTY, "Member no. 1234567", "Member no. •••••••"),
    (LOYALTY, "MEMBERNO:12345678", "MEMBERNO:••••••••"),
    (LOYALTY, "Payback 308342 12345 67890", "Payback •••••• ••••• •••••"),
    (LOYALTY, "Kundenkarte Nr. 2610 2290", "Kundenkarte Nr. •••• ••••"),
    (LOYALTY, "Carte de fidélité n° 261022901", "Carte de fidélité n° •••••••••"),
    (LOYALTY, "Tarjeta de socio: 00918273", "Tarjeta de socio: ••••••••"),
    (LOYALTY, "Klantenkaart 26201234", "Klantenkaart ••••••••"),
    (LOYALTY, "No. Ahli 6018 2233", "No. Ahli •••• ••••"),
    (NATIONAL_ID, "2 55 08 14 168 025 38", "• •• •• •• ••• ••• ••"),
    (NATIONAL_ID, "RSSMRA85T10A562S", "••••••••••••••••"),
    (NATIONAL_ID, "12345678Z", "•••••••••"),
    (NATIONAL_ID, "X-1234567-L", "•-•••••••-•"),
    (NATIONAL_ID, "47 036 892 816", "•• ••• ••• •••"),
    (NATIONAL_ID, "85.07.30-033.28", "••.••.••-•••.••"),
    (NATIONAL_ID, "756.9217.0769.85", "•••.••••.••••.••"),
    (NATIONAL_ID, "Jalan 5, 821231-10-5123 Kajang", "Jalan 5, ••••••-••-•••• Kajang"),
    (NATIONAL_ID, "536-90-4399", "•••-••-••••"),
    (NATIONAL_ID, "QQ 12 34 56 C".replace("QQ", "AB"), "•• •• •• •• •"),
    (NATIONAL_ID, "131052-308T", "••••••-••••"),
    (NATIONAL_ID, "BSN 111222333", "BSN •••••••••"),
    (NATIONAL_ID, "Reisepass-Nr. C01X00T47", "Reisepass-Nr. •••••••••"),
    (HEALTH, "NHS No 943 476 5919", "NHS No ••• ••• ••••"),
    (HEALTH, "Versichertennummer A123456780", "Versichertennummer ••••••••••"),
    (HEALTH, "Diagnosis: F32.1, J45.0", "Diagnosis: •••.•, •••.•"),
    (HEALTH, "ICD-10 J45", "ICD-10 •••"),
    (HEALTH, "seen for F32.1 G", "seen for •••.• G"),
]  # fmt: skip
LEFT = [
    "DE89 3704 0044 0532 0130 00",
    "IBAN: FR76 1254 2547 2569 8542 5874 698",  # one with wrong check digits
    "Tel 603-8943 2222", "+49 30 12345678", "1-300-22-2828", "03-8943 2222 / 03-8943 3333",
    "RM 12.50", "Total 1,284.60", "M12.50", "12.50 13.50 14.60 15.70", "-1284.60",
    "26/06/18 22:40 45107 02 9577 659", "2026-11-14 09:26", "GLN 4304171000002",
    "EAN 4100130913297", "USt-IdNr. DE123456789", "GST ID: 000123456789", "KX-77314-RQ",
    "R87654321012345", "9314110911/00/M/00/N", "NO.31G&33G, JALAN SETIA INDAH X, 40170 SHAH ALAM",
    "Dnipro 49000", "Members: 12", "**** **** **** 1234", "XXXXXXXXXXXX1234", "1x 2x 3x 4x",
    "Diagnose GmbH, 12345 Berlin", "Insurance Road 12", "A12 B34 C56",
]  # fmt: skip


def only(text: str, **about: bool) -> tuple[str, tuple[Fragment, ...]]:
    done = hidden([text], KINDS, **about)
    return done.texts[0], done.kinds


@pytest.mark.parametrize(("kind", "text", "left"), HIDDEN, ids=[text for _, text, _ in HIDDEN])
def test_a_number_of_a_person_is_hidden_wherever_it_stands(kind, text, left):
    assert only(text) == (left, (kind,))
    assert only(f"Kestrel Ltd, {text}")[0].endswith(left)


@pytest.mark.parametrize("text", LEFT)
def test_other_numbers_are_left_as_they_are(text):
    assert only(text) == (text, ())


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_kinds_of_the_class_are_hidden(kind):
    for told, text, left in HIDDEN:
        assert hidden([text], [kind]).texts == ((left if told == kind else text),)


def test_what_was_hidden_stays_hidden_and_is_not_told_again():
    for _, text, left in HIDDEN:
        again = only(only(text)[0])
        assert again == (only(text)[0], ())
        assert len(left) == len(text)


# Numbers of their own, as of invoices


@pytest.mark.parametrize(
    "text", ["4111111111111112", "12345678Z", "536-90-4399", "5123456789012345"]
)
def test_a_number_of_a_document_is_no_card_because_it_is_as_long(text):
    assert only(text, numbered=True) == (text, ())


@pytest.mark.parametrize("text", ["4111111111111111", "4111-1111-1111-1112"])
def test_a_proven_card_is_hidden_in_a_number_too(text):
    assert only(text, numbered=True)[1] == (CARD,)


def test_misread_forms_of_a_card_are_hidden_with_it():
    readings = ["4111111111111111", "4111111111111112", "4111111111117111"]
    done = hidden(readings, KINDS, numbered=True)
    assert done.texts == ("••••••••••••1111", "••••••••••••1112", "••••••••••••7111")


# Every issuer, every print


@st.composite
def pans(draw: st.DrawFn) -> str:
    """A card number of any issuer."""
    issuer = draw(st.sampled_from(issuers()))
    first, last = draw(st.sampled_from(list(issuer.begins)))
    begins = str(draw(st.integers(int(first), int(last))))
    length = draw(st.sampled_from(sorted(issuer.lengths)))
    body = begins + "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=19, max_size=19)))
    body = body[: length - 1]
    return body + str(luhn.calc_check_digit(body))


PRINTS = ["{}", "Card {}", "{} exp 03/27", "VISA{}", "12 High Street {} London", "{};{}", "({})"]


def printed(pan: str, gap: str) -> str:
    return gap.join(re.findall(".{1,4}", pan))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(pans(), st.sampled_from(PRINTS), st.sampled_from(["", " ", "-", " - ", ".", "/"]))
def test_no_content_that_is_kept_holds_a_card_number(pan, form, gap):
    text = form.replace("{}", printed(pan, gap))
    glyphs = tuple((sign, 0.99, 0.1, 0.2) for sign in text if not sign.isspace())
    content = Content(text, " ".join(text.split()), (text, text[::-1]), glyphs)
    kept = content.hiding(KINDS, numbered=False)
    written = kept.to_json()
    assert Content.from_json(written) == kept
    assert kept.fragments == (CARD,)
    digits = re.sub(r"\D", "", json.dumps(json.loads(written)[:3]))
    spelled = "".join(glyph[0] for glyph in kept.glyphs)
    assert pan not in digits
    assert pan[:-4] not in re.sub(r"\D", "", spelled)
    assert pan[-4:] in re.sub(r"\D", "", kept.value)
    assert spelled == "".join(kept.value.split())


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("0123456789 -./*XxABCDE•"), max_size=60))
def test_any_text_is_searched_without_an_exception_and_keeps_its_length(text):
    done = hidden([text], KINDS)
    assert len(done.texts[0]) == len(text)
    assert all(a == b or b == SIGN for a, b in zip(text, done.texts[0], strict=True))


@pytest.mark.parametrize("sign", ["1", "1 ", "4111 ", "X", "* ", "member ", "A1", "no", "12-"])
def test_a_long_text_is_searched_without_delay(sign):
    hidden([sign * (500 // len(sign))], KINDS)


# Parts of a content


def test_glyphs_that_do_not_spell_the_value_are_let_go():
    content = Content("4111 1111 1111 1111", "4111111111111111", (), (("4", 1.0, 0.0, 0.1),))
    assert content.hiding(KINDS, numbered=False).glyphs == ()


def test_a_content_without_fragments_is_the_same():
    content = Content("Kestrel Ltd", "Kestrel Ltd", ("Kestre1",))
    assert content.hiding(KINDS, numbered=False) is content


def test_a_content_kept_before_fragments_were_hidden_still_opens():
    assert Content.from_json('["a","b",["c"],[["a",1,0,1]]]') == Content(
        "a", "b", ("c",), (("a", 1, 0, 1),)
    )


# The rules


def test_every_kind_has_a_rule():
    assert {rule.kind for rule in rules()} | {CARD} == set(Fragment)


def test_every_class_says_what_it_hides():
    for doctype in doctypes.load_all():
        if doctype.fields:
            assert set(doctype.fragments) == set(KINDS), doctype.name


def test_a_number_that_was_asked_for_is_hidden_by_its_own_mask():
    identity = doctypes.get("identity")
    number = identity.rule("number")
    assert NATIONAL_ID not in identity.hidden_in(number)
    assert CARD in identity.hidden_in(number)
    assert (number.type, number.mask) == (Kind.MRZ, "last4")
