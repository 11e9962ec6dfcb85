"""One character taken for another, and how little is kept of it."""

import pytest
from django.utils import timezone

from apps.review import services as review
from apps.review.lookalikes import PAIRS, confused, differs_slightly, likes_of
from apps.review.models import Confusion
from portal.evaluation import examples
from tests.review.desk import IBAN, NUMBER

ENGINE = "fake/1"


@pytest.mark.parametrize(
    ("read", "meant", "pair"),
    [
        ("KX-11", "KX-17", ("1", "7")),
        ("0RQ", "ORQ", ("0", "O")),
        ("12", "12", None),
        ("12", "123", None),
        ("12", "72", ("1", "7")),
        ("12", "92", None),
        ("01", "O7", None),
        ("", "", None),
    ],
)
def test_only_one_character_that_looks_alike_is_a_confusion(read, meant, pair):
    assert confused(read, meant) == pair


def test_nothing_looks_like_itself():
    assert all(len(pair) == 2 for pair in PAIRS)


def test_digits_are_taken_for_digits_first():
    assert likes_of("1")[0].isdigit()
    assert likes_of("€") == []


@pytest.mark.parametrize(
    ("read", "meant", "same_place"),
    [("1234", "1834", True), ("1234", "9934", True), ("1234", "9994", False), ("12", "123", False),
     ("12", "12", False), ("", "", False)],
)  # fmt: skip
def test_values_that_differ_a_little_name_one_place(read, meant, same_place):
    assert differs_slightly(read, meant) is same_place


def correct(desk, typed: str) -> None:
    desk.paper(fields=("invoice_number",), model_improvement=True)
    desk.decide(desk.take(desk.house.rita)["invoice_number"], typed)
    review.release(desk.house.rita, now=timezone.now())


def test_a_correction_by_a_lookalike_is_counted_without_its_value(desk):
    correct(desk, NUMBER.replace("3", "8"))
    one = Confusion.objects.get()
    assert (one.engine, one.read, one.meant) == (ENGINE, "3", "8")
    assert 0 <= one.mark < 256
    kept = set(vars(one)) - {"_state", "id", "created_at", "organisation_id"}
    assert kept == {"engine", "read", "meant", "mark"}


@pytest.mark.parametrize("typed", [NUMBER, NUMBER.replace("KX", "AB"), NUMBER.replace("3", "4")])
def test_other_corrections_are_no_confusions(desk, typed):
    correct(desk, typed)
    assert not Confusion.objects.exists()


def test_what_few_documents_show_is_told_to_nobody(desk):
    for mark in (1, 1, 1, 2, 3, 4):
        Confusion.objects.create(
            organisation_id=desk.house.halden.pk, engine=ENGINE, read="3", meant="8", mark=mark
        )
    assert review.confusions(ENGINE) == {}
    assert review.confusions(ENGINE, least=4) == {("3", "8"): 6}
    assert review.confusions("other/1", least=1) == {}


def test_calibration_is_told_of_confusions_and_of_nothing_around_them(desk):
    for mark in range(5):
        Confusion.objects.create(
            organisation_id=desk.house.halden.pk, engine=ENGINE, read="3", meant="8", mark=mark
        )
    assert examples.confusions(ENGINE) == {"3 for 8": 5}


def test_an_erased_document_leaves_no_more_than_two_characters(desk):
    correct(desk, NUMBER.replace("3", "8"))
    assert IBAN not in str(Confusion.objects.values().get())
    assert NUMBER not in str(Confusion.objects.values().get())
