"""What is flagged is handed to nobody before a person has seen it, whichever way is asked."""

import json

import pytest
from django.utils import timezone

from apps.base.errors import NotPossible
from apps.delivery import services as delivery
from apps.delivery.result import OMISSIONS, Standing
from apps.delivery.services import RevealReason
from apps.delivery.settling import settled_fields
from apps.extraction.doctypes import DocType
from apps.extraction.fields import WORDS, Flag
from apps.extraction.fragments.rules import Fragment
from apps.intake.models import Document
from apps.review import services as review
from apps.review.rules import Reason
from apps.review.services.looking import cipher_of
from apps.vault import services as vault
from tests.conftest import SYSTEM
from tests.delivery.hostile import CARD, LEFT, ORDER, PLACE, receipt
from tests.intake.browsers import JSON
from tests.looking import said, without_chance
from tests.review.desk import Desk

WAYS = ["", "result.json", "result.csv"]
SENTENCE = WORDS[Flag.INSTRUCTION]


def field(document: Document, name: str = "company"):
    return next(one for one in settled_fields(document) if one.name == name)


def sealed_result(document: Document) -> str:
    with vault.open(document.result.artifact, actor=SYSTEM, purpose="test") as source:
        return source.read().decode()


def decided(desk: Desk, document: Document, name: str, value: str) -> Document:
    """The document once Rita has looked at the slit of a field and typed this."""
    rita, now = desk.house.rita, timezone.now()
    task = desk.take(rita)[name]
    review.crop(task, user=rita, now=now)
    desk.decide(task, value, overrides=True)
    review.release(rita, now=now)
    desk.walk(document)
    return Document.objects.get(pk=document.pk)


# Before a person has seen it


def test_a_flagged_field_is_put_before_a_person_and_its_value_is_nowhere(desk, as_):
    document = receipt(desk, company=ORDER)
    [task] = document.tasks.all()
    assert (task.field.name, task.reason) == ("company", Reason.FLAGGED)
    assert field(document).standing is Standing.WAITING
    assert not field(document).has_value
    page = said(as_(desk.house.clara).get(f"/jobs/{document.reference}/"))
    assert SENTENCE in page
    assert "IGN" not in without_chance(page)
    with pytest.raises(NotPossible):
        delivery.reveal(document, name="company", reason=RevealReason.AUDIT, user=desk.house.clara)


def test_where_no_person_may_look_it_is_delivered_as_undecided(desk, as_):
    document = receipt(desk, company=ORDER, manual_review=False)
    assert ORDER not in sealed_result(document)
    [company, *_] = json.loads(sealed_result(document))["fields"]
    assert (company["state"], company["value"], company["normalised"]) == ("undecided", None, None)
    assert company["flags"] == [Flag.INSTRUCTION]
    browser = as_(desk.house.clara)
    for way in WAYS:
        page = said(browser.get(f"/jobs/{document.reference}/{way}"))
        assert "IGN" not in without_chance(page)
    with pytest.raises(NotPossible):
        delivery.reveal(document, name="company", reason=RevealReason.AUDIT, user=desk.house.clara)


def test_however_sure_the_machine_is(desk):
    document = receipt(desk, company=ORDER, manual_review=False)
    document.fields.update(confidence=1.0, checks=[])
    assert field(document).standing is Standing.UNDECIDED


def test_a_value_that_the_machine_accepted_is_withheld_if_it_is_flagged_all_the_same(desk):
    """Two locks: needing eyes is one, this is the other."""
    document = receipt(desk, manual_review=False)
    accepted = field(document, "total")
    assert accepted.has_value
    flagged = type(accepted)(**{**_parts(accepted), "flags": [Flag.DIFFERS]})
    assert not flagged.has_value


def _parts(one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}


# After a person has decided


def test_what_a_person_typed_is_handed_out(desk):
    document = decided(desk, receipt(desk, company=ORDER), "company", "Kestrel Ltd")
    content = json.loads(sealed_result(document))["fields"][0]
    assert (content["state"], content["value"], content["flags"]) == ("decided", "Kestrel Ltd", [])


def test_what_a_person_typed_and_is_dangerous_stays_marked(desk, as_):
    document = decided(desk, receipt(desk, company=ORDER), "company", ORDER)
    content = json.loads(sealed_result(document))["fields"][0]
    assert (content["value"], content["flags"]) == (ORDER, [Flag.INSTRUCTION])
    assert SENTENCE in said(as_(desk.house.clara).get(f"/jobs/{document.reference}/"))


@pytest.mark.parametrize(
    ("typed", "flag"),
    [
        ('=HYPERLINK("http://example.org")', Flag.INSTRUCTION),
        ("K\u0435strel Ltd", Flag.LOOKALIKE),
        ("Kestrel | Ltd", Flag.MALFORMED),
        ("Kestrel " * 40, Flag.MALFORMED),
    ],
)
def test_each_danger_of_a_typed_value_is_marked(desk, typed, flag):
    document = decided(desk, receipt(desk, company=ORDER), "company", typed)
    assert flag in field(document).flags


def test_a_typed_value_holds_nothing_unseen(desk):
    document = decided(desk, receipt(desk, company=ORDER), "company", "Kes\u200btrel\u202e\x07 Ltd")
    assert field(document).value == "Kestrel Ltd"


def test_a_normalised_value_has_the_shape_of_its_type_or_is_not_there(desk):
    document = decided(desk, receipt(desk, total="7177.70"), "total", "seven")
    total = json.loads(sealed_result(document))["fields"][1]
    assert (total["value"], total["normalised"], total["flags"]) == ("seven", None, ["malformed"])


def test_what_the_file_says_elsewhere_stays_told_after_a_decision(desk):
    document = receipt(desk, company=ORDER)
    document.fields.filter(name="company").update(flags=[Flag.EMBEDDED_DIFFERS, Flag.DIFFERS])
    document = decided(desk, document, "company", "Kestrel Ltd")
    assert field(document).flags == [Flag.EMBEDDED_DIFFERS]


# Fragments


def test_a_card_number_on_the_paper_is_nowhere_in_the_portal(desk, as_):
    document = receipt(desk, fields=("address",))
    [task] = document.tasks.all()
    content = task.field.content(cipher_of(task))
    assert (content.value, content.normalised, content.fragments) == (LEFT, LEFT, ("card",))
    assert "".join(glyph[0] for glyph in content.glyphs) == LEFT.replace(" ", "")
    assert CARD[:4] not in content.to_json()
    [shown] = as_(desk.house.rita).post("/review/claim/", **JSON).json()["items"]
    assert shown["value"] == LEFT
    assert len(shown["boxes"]) == len(LEFT)  # each sign still lies under its picture


def test_a_suggestion_left_as_it_is_says_what_was_left_out(desk, as_):
    document = decided(desk, receipt(desk, fields=("address",)), "address", LEFT)
    [address] = json.loads(sealed_result(document))["fields"]
    assert (address["value"], address["normalised"]) == (LEFT, LEFT)
    assert address["fragments_masked"] == ["card"]
    page = said(as_(desk.house.clara).get(f"/jobs/{document.reference}/"))
    assert "card number left out" in page
    assert CARD[:4] not in without_chance(page)


def test_what_a_person_typed_is_kept_without_it_too(desk):
    document = receipt(desk, fields=("address",))
    document = decided(desk, document, "address", f"12 High Street {CARD}")
    address = field(document, "address")
    assert (address.value, address.fragments) == ("12 High Street •••• •••• •••• 1111", ["card"])


def test_a_number_typed_where_none_belongs_is_left_out_as_well(desk):
    document = decided(desk, receipt(desk, total="7177.70"), "total", CARD)
    assert field(document, "total").value == "•••• •••• •••• 1111"


def test_what_is_left_of_a_card_is_not_taken_for_a_number(desk):
    desk.lines = ("INVOICE", "Invoice No: 4111711111111118", "Total EUR 9184.60")
    left = "••••••••••••1118"
    document = decided(desk, desk.paper(fields=("invoice_number",)), "invoice_number", left)
    number = field(document, "invoice_number")
    assert (number.value, number.normalised, number.fragments) == (left, left, ["card"])


def test_what_the_class_does_not_hide_is_kept(desk, monkeypatch):
    monkeypatch.setattr(DocType, "hidden_in", lambda *_: frozenset({"health"}))
    document = receipt(desk, fields=("address",), manual_review=False)
    assert field(document, "address").value == PLACE


# Words


def test_every_flag_and_every_kind_of_fragment_has_words():
    assert set(WORDS) == set(Flag)
    assert set(OMISSIONS) == set(Fragment)
