"""What stands side by side: one field, and little of any one document."""

import uuid
from collections import Counter

from apps.review.grids import MOST_CELLS, MOST_OF_ONE, Candidate, columns, laid_out


def candidates(field: str, count: int, document: uuid.UUID | None = None) -> list[Candidate]:
    return [Candidate(uuid.uuid4(), field, document or uuid.uuid4()) for _ in range(count)]


def test_fields_come_by_how_many_slits_they_have():
    mixed = [*candidates("iban", 2), *candidates("total", 3), *candidates("date", 2)]
    assert columns(mixed) == [("total", 3), ("date", 2), ("iban", 2)]


def test_only_one_field_is_laid_out_in_order():
    ibans = candidates("iban", 3)
    mixed = [ibans[0], *candidates("total", 3), *ibans[1:]]
    assert laid_out(mixed, field="iban", seen={}) == [one.task for one in ibans]


def test_a_grid_has_its_size():
    assert len(laid_out(candidates("iban", 20), field="iban", seen={})) == MOST_CELLS


def test_few_slits_of_one_document_stand_in_it():
    document = uuid.uuid4()
    assert len(laid_out(candidates("iban", 9, document), field="iban", seen={})) == MOST_OF_ONE


def test_what_was_seen_of_a_document_before_counts():
    document = uuid.uuid4()
    seen = Counter({document: MOST_OF_ONE - 1})
    assert len(laid_out(candidates("iban", 9, document), field="iban", seen=seen)) == 1
