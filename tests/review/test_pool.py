"""The pool of known answers: drawn, read, spoilt by a character, and retired."""

import pytest
from django.utils import timezone

from apps.extraction.synthetic import Drawn
from apps.review import services as review
from apps.review.lookalikes import differs_slightly
from apps.review.models import KnownAnswer, Task
from apps.review.rules import State
from apps.review.services import pool
from apps.review.services.slits import SYSTEM
from apps.vault import services as vault
from tests.review.desk import IBAN, NUMBER

pytestmark = pytest.mark.usefixtures("all_lots_fall")


@pytest.fixture
def drawn(desk, monkeypatch) -> None:
    """What is drawn is the desk's own paper, with the truth of two of its fields."""
    truth = {"invoice_number": NUMBER, "iban": IBAN.replace("37", "87")}
    paper = Drawn("paper.jpg", "image/jpeg", b"", "invoice", truth)
    monkeypatch.setattr(pool, "draw", lambda *_, **__: paper)
    monkeypatch.setattr(pool, "_kinds", lambda: {"invoice": ("invoice",), "letter": ("letter",)})


def test_the_pool_holds_what_people_are_asked_about(desk, drawn):
    assert review.refill(desk.house.halden.pk, now=timezone.now(), documents=3) == 0
    desk.paper()
    made = review.refill(desk.house.halden.pk, now=timezone.now(), documents=8, seed=1)
    rows = list(KnownAnswer.objects.all())
    assert made == len(rows) == 16
    assert {row.doctype for row in rows} == {"invoice"}
    assert {row.name for row in rows} == {"invoice_number", "iban"}
    assert {row.planted for row in rows} == {True, False}


def test_a_planted_suggestion_is_wrong_and_the_truth_is_among_other_readings(desk, drawn):
    desk.paper()
    review.refill(desk.house.halden.pk, now=timezone.now(), documents=8, seed=1)
    for one in KnownAnswer.objects.filter(name="invoice_number"):
        cipher = vault.open_values(one.paper, organisation=one.organisation_id, actor=SYSTEM)
        suggested, truth = one.content(cipher), one.answer(cipher)
        assert truth.value == NUMBER
        assert (suggested.value != NUMBER) is one.planted
        if one.planted:
            assert suggested.others[0] == NUMBER
            assert differs_slightly(suggested.value, NUMBER, most=1)
            assert "".join(glyph[0] for glyph in suggested.glyphs) == suggested.value


def test_what_the_engine_misread_is_known_by_its_truth(desk, drawn):
    desk.paper()
    review.refill(desk.house.halden.pk, now=timezone.now(), documents=1, seed=1)
    one = KnownAnswer.objects.get(name="iban")
    cipher = vault.open_values(one.paper, organisation=one.organisation_id, actor=SYSTEM)
    assert (one.content(cipher).value, one.answer(cipher).value) == (IBAN, IBAN.replace("37", "87"))
    assert not one.planted


def test_a_class_with_enough_of_them_gets_no_more(desk, drawn, monkeypatch):
    desk.paper()
    monkeypatch.setattr(pool, "ENOUGH", 2)
    assert review.refill(desk.house.halden.pk, now=timezone.now(), documents=8, seed=1) == 2


def test_where_none_are_wanted_none_are_made(desk, settings):
    settings.KNOWN_ANSWERS_PER_MILLE = 0
    desk.paper()
    assert review.refill(desk.house.halden.pk, now=timezone.now(), documents=3, seed=1) == 0


def test_what_lost_its_slit_is_retired_with_its_values(desk, mixed):
    _, test = mixed
    vault.shred(test.known.crop, actor=SYSTEM, reason="policy")
    review.refill(desk.house.halden.pk, now=timezone.now(), documents=0)
    test.known.refresh_from_db()
    assert (test.known.suggested, test.known.truth) == (None, None)
    assert test.known.retired_at
    assert Task.objects.get(pk=test.pk).state == State.WITHDRAWN
