"""Which fields a few digits settle, and how their digits are grouped."""

import uuid
from dataclasses import replace

import pytest

from apps.review.digits import FEWEST_TILES, MOST_TILES, Doubt, Tile, grouped, is_few_digits
from apps.review.rules import Reason

DOUBT = Doubt("KX-77314", (3, 4), True, 0.99, Reason.LOW_CONFIDENCE, True, False)


@pytest.mark.parametrize("reason", [Reason.LOW_CONFIDENCE, Reason.AUDIT])
def test_a_few_doubtful_digits_settle_a_field(reason):
    assert is_few_digits(replace(DOUBT, reason=reason))


@pytest.mark.parametrize(
    "change",
    [
        {"doubtful": ()},
        {"doubtful": (3, 4, 5, 6)},
        {"doubtful": (0, 3)},
        {"value": "KX-\u0667\u0667314"},
        {"placed": False},
        {"passes": False},
        {"chosen": 0.7},
        {"blind": True},
        *({"reason": one} for one in Reason if one not in (Reason.LOW_CONFIDENCE, Reason.AUDIT)),
    ],
    ids=str,
)
def test_anything_else_in_doubt_is_read_as_a_whole(change):
    assert not is_few_digits(replace(DOUBT, **change))


def tiles(*texts: str, document: uuid.UUID | None = None) -> list[Tile]:
    """A task for each text, with all its digits in doubt, each of a document of its own."""
    made = []
    for text in texts:
        task, of = uuid.uuid4(), document or uuid.uuid4()
        made += [Tile(task, of, at, sign) for at, sign in enumerate(text)]
    return made


def signs(groups: list[list[Tile]]) -> list[str]:
    return ["".join(one.character for one in group) for group in groups]


@pytest.mark.parametrize(
    ("texts", "groups"),
    [
        ([], []),
        (["7"] * 3, []),
        (["7"] * 4, ["7777"]),
        (["7"] * 4 + ["1"] * 5, ["11111", "7777"]),
        (["71"] * 4, ["1111", "7777"]),
        (["7"] * 4 + ["1"], ["7777"]),
        (["7"] * 4 + ["71"], ["7777"]),
        (["7"] * 3 + ["71"], []),
        (["71"] * 3 + ["7", "12", "2", "2"], []),
    ],
    ids=str,
)
def test_alike_digits_come_together_and_a_task_comes_whole(texts, groups):
    assert signs(grouped(tiles(*texts))) == groups


def test_a_group_is_no_larger_than_a_glance():
    assert [len(group) for group in grouped(tiles(*["7"] * 40))] == [MOST_TILES]


def test_few_digits_of_one_document_are_shown():
    document = uuid.uuid4()
    mixed = [*tiles(*["7"] * FEWEST_TILES), *tiles(*["7"] * 5, document=document)]
    [group] = grouped(mixed)
    assert sum(one.document == document for one in group) == 3
