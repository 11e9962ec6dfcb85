import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.installation import Installation, Person, until


@pytest.fixture(scope="session")
def house_of_cards() -> Iterator[Installation]:
    """One installation for all crashes: what a crash breaks, the next test finds broken.

    At the end the store holds what rows speak of, and nothing else.
    """
    with tempfile.TemporaryDirectory(prefix="arrowslit-") as folder:
        arrowslit = Installation(Path(folder))
        arrowslit.start()
        yield arrowslit
        arrowslit.until_it_answers()
        until(lambda: arrowslit.stored() == arrowslit.expected(), "Something was left over.")
        arrowslit.kill()


@pytest.fixture
def arrowslit(house_of_cards: Installation) -> Installation:
    house_of_cards.until_it_answers()
    return house_of_cards


@pytest.fixture
def clara(arrowslit: Installation) -> Iterator[Person]:
    person = Person(arrowslit)
    yield person
    person.close()
