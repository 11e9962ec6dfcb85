"""Fields as they stand: what the machine read, what people decided, what is open."""

import pytest
from django.utils import timezone

from apps.delivery.result import Standing
from apps.delivery.settling import settled_fields
from apps.extraction import services as extraction
from apps.intake.models import Document
from apps.review import services as review
from apps.review.rules import Verdict
from tests.conftest import SYSTEM
from tests.delivery.papers import clear, decided
from tests.review.desk import DOUBTFUL, IBAN, NUMBER, WANTED

TYPED = "ZX-9090-KESTREL"


def standings(document: Document) -> dict[str, Standing]:
    return {field.name: field.standing for field in settled_fields(document)}


def field(document: Document, name: str):
    return next(one for one in settled_fields(document) if one.name == name)


def test_before_reading_there_are_no_fields(desk):
    assert settled_fields(desk.send()) == []


def test_only_the_fields_that_were_asked_for_are_there_in_the_order_of_their_class(desk):
    document = clear(desk, fields=("iban", "grand_total", "issue_date"))
    assert list(standings(document)) == ["issue_date", "grand_total", "iban"]


def test_what_was_read_surely_and_passes_its_checks_is_accepted(desk):
    document = clear(desk)
    assert set(standings(document).values()) == {Standing.ACCEPTED}
    total = field(document, "grand_total")
    assert (total.normalised, total.by, total.page) == ("9184.60", "system:reader", 1)
    assert total.confidence > 0.85
    assert total.box


def test_what_is_before_people_is_waiting_and_hands_out_no_value(desk):
    document = desk.paper()
    for name, standing in standings(document).items():
        assert (standing is Standing.WAITING) == (name in DOUBTFUL)
        assert field(document, name).has_value == (name not in DOUBTFUL)


def test_what_nobody_may_look_at_is_undecided(desk):
    document = desk.delivered()
    assert {name for name, at in standings(document).items() if at == "undecided"} == DOUBTFUL
    assert not field(document, "iban").has_value


def test_what_is_not_on_the_paper_is_missing(desk):
    document = clear(desk, fields=("iban", "due_date"))
    missing = field(document, "due_date")
    assert (missing.standing, missing.page, missing.box) == (Standing.MISSING, None, None)


def test_what_a_person_typed_stands_instead_of_what_was_read(desk):
    document = decided(desk, invoice_number=TYPED, iban=IBAN)
    number = field(document, "invoice_number")
    assert (number.standing, number.value, number.normalised) == ("decided", TYPED, TYPED)
    assert (number.by, number.confidence) == (desk.house.rita.actor, None)
    assert field(document, "iban").checks == [("iban", True)]


def test_a_check_that_a_person_overrode_is_told(desk):
    document, wrong = desk.paper(), IBAN.replace("DE89", "DE98")
    desk.decide(desk.take(desk.house.rita)["iban"], wrong, overrides=True)
    review.release(desk.house.rita, now=timezone.now())
    assert field(document, "iban").normalised == wrong
    assert field(document, "iban").checks == [("iban", False)]


def test_a_decision_that_can_be_taken_back_is_not_handed_out(desk):
    document = desk.paper()
    desk.decide(desk.take(desk.house.rita)["iban"], IBAN)
    assert standings(document)["iban"] is Standing.WAITING
    review.release(desk.house.rita, now=timezone.now())
    assert standings(document)["iban"] is Standing.DECIDED


def test_what_a_person_found_blank_is_missing(desk):
    assert standings(decided(desk, invoice_number=NUMBER))["iban"] is Standing.MISSING


def test_what_not_even_a_lead_can_read_is_undecided(desk):
    document, lena = desk.paper(), desk.house.lena
    desk.decide(desk.take(desk.house.rita)["iban"], verdict=Verdict.UNREADABLE, trouble="blurred")
    review.release(desk.house.rita, now=timezone.now())
    desk.decide(desk.take(lena)["iban"], verdict=Verdict.UNREADABLE, trouble="blurred")
    review.release(lena, now=timezone.now())
    assert standings(document)["iban"] is Standing.UNDECIDED


def test_what_was_taken_from_reviewers_is_undecided(desk):
    document = desk.paper()
    review.withdraw(document, actor=SYSTEM, reason="test")
    assert {standings(document)[name] for name in DOUBTFUL} == {Standing.UNDECIDED}


def test_after_the_fields_were_erased_there_are_none(desk):
    document = clear(desk)
    assert len(settled_fields(document)) == len(WANTED)
    extraction.erase_fields(document, actor=SYSTEM, reason="test")
    assert settled_fields(document) == []


@pytest.mark.parametrize("names", [("iban",), ("iban", "invoice_number")])
def test_more_decided_fields_cost_no_more_queries(desk, names, django_assert_num_queries):
    made = decided(desk, iban=IBAN, invoice_number=NUMBER)
    made.fields.exclude(name__in=names).update(sealed=None)
    with django_assert_num_queries(5):
        assert set(standings(Document.objects.get(pk=made.pk))) == set(names)
