"""Every address × every person of the cast, by reading and by sending."""

from collections import Counter

import pytest

from apps.accounts.models import User
from apps.audit.exposure import Exposure
from tests.permissions.table import ADDRESSES, OF_SOMETHING, PEOPLE, REFUSED, SHOWN, TABLE, Row
from tests.permissions.world import Answer, World

INSIDERS = {"clara", "ida", "rosa", "carl"}  # who may know that Clara's documents are there
HOLDS = "rita"  # and who is shown one slit of one of them
READ = [row for row in TABLE if row.method == "GET"]
SENT = {row.address: row for row in TABLE if row.method == "POST"}
SEEN = {row.address: {who for who, said in row.cells.items() if said == "200"} for row in READ}
FORMS_OF_A_LIBRARY = {"/sign-in/", "/sign-out/", "/password/"}  # shown again, and not understood
# Who is handed what, over all addresses; nobody by administering something.
HANDED = {
    Exposure.NOTHING: set(PEOPLE),
    Exposure.CROP: {"rita"},
    Exposure.GLYPH: {"rita"},
    Exposure.WIDER: {"rita"},
    Exposure.LINE: {"rita"},
    Exposure.PAGE: set(),  # a lead has to give it first
    Exposure.READINGS: set(),  # where two differ; tests/review tries it
    Exposure.FIELDS: {"clara", "ida"},
    Exposure.VALUE: {"clara"},
    Exposure.RESULT: {"clara", "ida"},
    Exposure.TRANSCRIPT: {"clara", "ida"},
    Exposure.TRAIL: {"clara", "ida", "carl"},
    Exposure.EXPORT: {"carl"},
    Exposure.RECORD: {"clara", "ida", "rosa", "carl"},
    Exposure.EVIDENCE: {"clara", "rosa", "carl"},  # an original of one's own; what proves it
    Exposure.RECEIPT: {"clara", "ida"},
}

OWN = {"/jobs/results.csv"}  # where each is handed what was sent from their own workspaces


def problems(row: Row, person: str, expected: str, answer: Answer) -> list[str]:
    """What is wrong with an answer, each as a sentence."""
    found = []
    if answer.said != expected:
        found.append(f"expected {expected}, got {answer.said}")
    if answer.changed:
        found.append(f"was refused and changed {answer.changed}")
    return [f"{row} as {person}: {one}" for one in found]


# The table itself


def test_every_address_has_its_two_rows():
    rows = Counter((row.address, row.method) for row in TABLE)
    wanted = Counter((address, method) for address in ADDRESSES for method in ("GET", "POST"))
    missing, too_many = wanted - rows, rows - wanted
    assert not missing, f"The table of permissions lacks {sorted(missing)}."
    assert not too_many, f"The table of permissions names {sorted(too_many)} in vain."


def test_everybody_of_the_cast_has_a_column(world):
    cast = {name for name, one in vars(world.house).items() if isinstance(one, User)}
    assert set(PEOPLE) == cast | {"nobody", "op", "root", "key"}


@pytest.mark.parametrize("exposure", Exposure)
def test_what_is_handed_out_goes_to_whom_it_may(exposure):
    rows = [row for row in TABLE if row.exposes is exposure and row.address not in OWN]
    handed = {who for row in rows for who, said in row.cells.items() if said in SHOWN}
    assert handed == HANDED[exposure]


# What people are answered


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_everybody_is_answered_as_the_table_says(world, row):
    wrong = []
    for person, expected in row.cells.items():
        wrong += problems(row, person, expected, world.answer(person, row.method, row.address))
    assert not wrong, "\n".join(wrong)


# What the table does not name: HEAD is at most a GET without a body, other methods do nothing


@pytest.mark.parametrize("row", READ, ids=str)
def test_a_head_is_answered_like_its_page_or_not_at_all(world, row):
    wrong = []
    for person, expected in row.cells.items():
        answer = world.answer(person, "HEAD", row.address)
        if answer.said != "405":
            wrong += problems(row, person, expected, answer)
        if answer.body:
            wrong.append(f"{row} as {person}: has a body")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("row", READ, ids=str)
def test_no_other_method_opens_or_changes_anything(world, row):
    """Asked by one of each kind of people that the address knows."""
    wrong, sent = [], SENT[row.address]
    kinds = {(cell, sent.cells[person]): person for person, cell in row.cells.items()}
    for person in kinds.values():
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = world.answer(person, method, row.address)
            if answer.said not in REFUSED and row.address not in FORMS_OF_A_LIBRARY:
                wrong.append(f"{method} {row.address} as {person}: {answer.said}")
            wrong += [f"{method} {row.address} as {person} changed {one}" for one in answer.changed]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_a_page_tells_outsiders_nothing_of_claras_documents(world: World, row):
    secrets, wrong = world.secrets, []
    for person in set(PEOPLE) - INSIDERS - {HOLDS}:
        body = world.answer(person, row.method, row.address).body
        wrong += [f"{row} as {person}: tells {one!r}" for one in secrets if one in body]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("row", OF_SOMETHING, ids=str)
def test_what_is_not_there_is_answered_like_what_is_not_yours(world, row):
    """A role is asked for before anything is looked up, so that 403 tells nothing either.

    Who sees a thing and may not change it knows that it is there: the others must not learn it.
    """
    wrong = []
    for person, said in row.cells.items():
        if said == "405":
            continue
        guess = world.answer(person, row.method, row.address, guessed=True)
        if guess.said == "404" and person in SEEN[row.address]:
            continue
        wrong += problems(row, person, said if said in REFUSED else "404", guess)
        if said in ("403", "404"):
            real = world.answer(person, row.method, row.address)
            if real.body != guess.body:
                wrong.append(f"{row} as {person}: what is there is told from what is not")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_a_module_is_refused_like_a_browser(world, row):
    """What our own JavaScript is answered; it is never sent to a page to sign in."""
    wrong = []
    for person, said in row.cells.items():
        if said in ("in", "403", "404"):
            expected = "401" if said == "in" else said
            answer = world.answer(person, row.method, row.address, json=True)
            wrong += problems(row, person, expected, answer)
    assert not wrong, "\n".join(wrong)
