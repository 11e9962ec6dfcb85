import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.installation import REVIEWER, Installation, Person


@pytest.fixture(scope="module")
def house_of_cards() -> Iterator[Installation]:
    """One installation for the crashes of a file: what one breaks, the next test finds broken.

    At the end the store holds what rows speak of, and nothing else. Its clocks strike twice a
    second, so it is not left running beside the tests of other files.
    """
    with (
        tempfile.TemporaryDirectory(prefix="arrowslit-") as folder,
        Installation(Path(folder)).running() as arrowslit,
    ):
        yield arrowslit


@pytest.fixture
def arrowslit(house_of_cards: Installation) -> Installation:
    house_of_cards.until_it_answers()
    return house_of_cards


@pytest.fixture
def rita(arrowslit: Installation) -> Iterator[Person]:
    person = Person(arrowslit, REVIEWER)
    yield person
    person.close()


@pytest.fixture
def clara(arrowslit: Installation) -> Iterator[Person]:
    person = Person(arrowslit)
    yield person
    person.close()
