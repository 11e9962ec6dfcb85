"""Kill -9 of the sequencer, and of the database under it, at every boundary of a batch.

Nothing that was committed is lost and nothing is in a tree twice.
"""

import os
import signal
from collections.abc import Iterator

import pytest

from apps.audit import signing, tlog
from tests.crash.installation import Installation, Person, until
from tests.crash.test_kill import STARTED_AGAIN

BOUNDARIES = [
    "a batch is begun",
    "leaves have places",
    "a tree is signed",
    "a batch is written",
    "checkpoints are logged",
]
WITHOUT_PLACE = (
    "SELECT count(*) FROM audit_event event LEFT JOIN audit_leaf leaf ON leaf.event_id = event.id"
    " WHERE leaf.event_id IS NULL"
)
PENDING = "SELECT count(*) FROM audit_pending"


def something_happens(arrowslit: Installation) -> None:
    """Somebody signs in, which is on the trail."""
    Person(arrowslit).close()


def sealed_once(arrowslit: Installation) -> None:
    """Wait until every event has its place, and see that every tree is whole and signed."""
    until(lambda: arrowslit.ask(WITHOUT_PLACE) == [(0,)], "Something was never sealed.")
    until(lambda: arrowslit.ask(PENDING) == [(0,)], "Something is asked for twice.")
    ring = signing.read((arrowslit.places.sequencer / "keys").read_text().splitlines())
    for tree, size, root, note in arrowslit.ask(
        "SELECT DISTINCT ON (tree) tree, size, root, note FROM audit_checkpoint"
        " ORDER BY tree, size DESC"
    ):
        leaves = arrowslit.ask(
            "SELECT index, event_id, hash FROM audit_leaf WHERE tree = %s ORDER BY index", tree
        )
        indices = [index for index, _, _ in leaves]  # a tree may grow while we look
        assert indices[:size] == list(range(size))
        assert indices == list(range(len(indices)))
        assert len({event for _, event, _ in leaves}) == len(leaves)
        assert tlog.root_of(bytes(one) for _, _, one in leaves[:size]) == bytes(root)
        assert ring.opened(note).size == size


@pytest.fixture(autouse=True)
def whole(arrowslit: Installation) -> Iterator[None]:
    before = set(arrowslit.ask("SELECT id FROM audit_event"))
    yield
    sealed_once(arrowslit)
    assert before < set(arrowslit.ask("SELECT id FROM audit_event"))


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_the_sequencer_dies(arrowslit: Installation, boundary: str) -> None:
    with arrowslit.held_at(boundary) as whoever_comes:
        something_happens(arrowslit)
        os.kill(whoever_comes(), signal.SIGKILL)
        something_happens(arrowslit)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_the_database_dies_under_the_sequencer(arrowslit: Installation, boundary: str) -> None:
    times = arrowslit.said.count(STARTED_AGAIN)
    with arrowslit.held_at(boundary) as whoever_comes:
        something_happens(arrowslit)
        whoever_comes()
        arrowslit.kill_process("bin/postgres -D")
        until(lambda: arrowslit.said.count(STARTED_AGAIN) > times)
    arrowslit.until_it_answers()
    something_happens(arrowslit)


def test_the_sequencer_dies_after_a_commit(arrowslit: Installation) -> None:
    something_happens(arrowslit)
    sealed_once(arrowslit)
    os.kill(arrowslit.leader("sequence"), signal.SIGKILL)
    something_happens(arrowslit)


def test_what_waited_longest_is_sealed_when_it_is_back(arrowslit: Installation) -> None:
    with arrowslit.unattended():
        os.kill(arrowslit.leader("sequence"), signal.SIGKILL)
        for _ in range(3):
            something_happens(arrowslit)
        assert arrowslit.ask(WITHOUT_PLACE) != [(0,)]
