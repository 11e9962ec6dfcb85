"""The grid: one field of the documents a person holds."""

import pytest
from django.test import Client
from django.utils import timezone

from apps.review import services as review
from apps.review.models import Decision, Task
from apps.review.rules import Reason, Verdict
from tests.review.desk import IBAN, NUMBER
from tests.review.test_station import answer, items_of


@pytest.fixture
def rita(desk, as_) -> Client:
    """Rita, who holds the doubtful fields of three invoices."""
    for _ in range(3):
        desk.paper()
    desk.take(desk.house.rita)
    return as_(desk.house.rita)


def shown(client: Client, field: str = "") -> list[str]:
    page = client.get("/review/grid/", {"field": field} if field else {}).content.decode()
    return [item["value"] for item in items_of(page)]


def test_it_shows_one_field_of_many_documents(rita):
    assert shown(rita) in ([IBAN] * 3, [NUMBER] * 3)
    assert shown(rita, "iban") == [IBAN] * 3
    assert shown(rita, "invoice_number") == [NUMBER] * 3


def test_a_field_nobody_holds_is_answered_with_another(rita):
    assert shown(rita, "no_such_field") == shown(rita)


def test_it_names_no_document(rita):
    page = rita.get("/review/grid/").content.decode()
    for task in Task.objects.select_related("document"):
        assert task.document.reference not in page
        assert str(task.document_id) not in page


@pytest.mark.parametrize("reason", [Reason.FLAGGED, Reason.MISSING])
def test_what_a_look_does_not_settle_is_left_to_one_by_one(rita, reason):
    Task.objects.filter(field__name="iban").update(reason=reason)
    assert shown(rita, "iban") == [NUMBER] * 3


def test_where_nothing_fits_it_says_so(rita):
    Task.objects.update(reason=Reason.FLAGGED)
    page = rita.get("/review/grid/").content.decode()
    assert "Nothing for the grid" in page


def test_a_cell_is_decided_like_any_slit(rita):
    task = Task.objects.filter(field__name="iban").first()
    assert answer(rita, task, value=IBAN, suggested="on").status_code == 200
    assert Decision.objects.get().verdict == Verdict.ACCEPTED
    assert shown(rita, "iban") == [IBAN] * 2


def test_few_slits_of_one_document_are_shown_to_one_person(desk, rita, monkeypatch):
    monkeypatch.setattr("apps.review.grids.MOST_OF_ONE", 1)
    task = Task.objects.filter(field__name="invoice_number").first()
    answer(rita, task, value=NUMBER, suggested="on")
    assert shown(rita, "iban") == [IBAN] * 2


def test_the_queries_do_not_grow_with_the_cells(desk, rita, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        review.grid(desk.house.rita, now=timezone.now(), field="iban")
