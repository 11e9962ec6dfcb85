"""A file on its way in: sealed as it comes, refused as soon as its bytes show that it must be."""

import pytest
from django.core.files.uploadhandler import SkipFile

from apps.base.errors import Unavailable
from apps.intake.arrival import Arrival
from apps.intake.screening import ENOUGH, Refusal, Refused
from apps.intake.upload import SealingHandler
from apps.vault.sealing import Sealing
from tests.papers import image

PAPER = image("PNG")


@pytest.fixture
def arrival(house):
    arrival = Arrival("paper.png", house.halden.pk, largest=10_000)
    yield arrival
    arrival.abort()


@pytest.mark.parametrize("piece", [1, ENOUGH - 1, ENOUGH, 1000, len(PAPER)])
def test_it_does_not_matter_in_what_pieces_the_bytes_come(arrival, piece):
    for start in range(0, len(PAPER), piece):
        arrival.write(PAPER[start : start + piece])
    sealing = arrival.finish()
    assert arrival.media_type == "image/png"
    with sealing.reopen() as source:
        assert source.read() == PAPER


def test_nothing_is_stored_before_the_type_is_known(arrival, stored):
    arrival.write(PAPER[: ENOUGH - 1])
    assert stored() == []
    arrival.write(PAPER[ENOUGH - 1 :])
    assert len(stored()) == 1


@pytest.mark.parametrize(
    ("content", "refusal"),
    [(b"", Refusal.EMPTY), (b"MZ", Refusal.TYPE), (b"%PDF", Refusal.TYPE)],
)
def test_too_few_bytes_to_be_a_document_are_refused_at_the_end(arrival, stored, content, refusal):
    arrival.write(content)
    with pytest.raises(Refused) as refused:
        arrival.finish()
    assert refused.value.refusal is refusal
    assert stored() == []


def test_a_wrong_type_is_refused_before_the_rest_comes(arrival, stored):
    with pytest.raises(Refused):
        arrival.write(b"<!doctype html><p>")
    assert arrival.refusal is Refusal.TYPE
    assert stored() == []


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_file_may_be_as_large_as_it_may_and_not_a_byte_larger(arrival, stored, beyond):
    arrival.write(PAPER[:ENOUGH])
    rest = bytes(arrival.largest - ENOUGH + beyond)
    if beyond:
        with pytest.raises(Refused) as refused:
            arrival.write(rest)
        assert refused.value.refusal is Refusal.TOO_LARGE
        assert stored() == []
    else:
        arrival.write(rest)
        assert arrival.finish().size == arrival.largest


def test_what_was_refused_stays_refused(arrival):
    arrival.write(PAPER)
    arrival.abort(Refusal.TOO_LARGE)
    arrival.abort(Refusal.TYPE)
    with pytest.raises(Refused) as refused:
        arrival.finish()
    assert refused.value.refusal is Refusal.TOO_LARGE


@pytest.mark.parametrize("finished", [True, False])
def test_aborting_leaves_nothing_and_may_be_done_twice(arrival, stored, finished):
    arrival.write(PAPER)
    if finished:
        arrival.finish()
    assert stored()
    arrival.abort()
    arrival.abort()
    assert stored() == []


def test_stored_bytes_are_sealed_for_this_one_document(arrival, stored):
    arrival.write(PAPER)
    sealing = arrival.finish()
    [file] = stored()
    assert PAPER[8:40] not in file.read_bytes()
    assert sealing.artifact.document == arrival.document
    assert str(arrival.name) not in file.read_bytes().decode(errors="replace")


def test_a_full_disk_is_told_as_what_it_is_and_not_as_a_bad_file(arrival):
    arrival.write(PAPER)
    arrival.abort()
    arrival.trouble = Unavailable("There is no room to store this now.")
    with pytest.raises(Unavailable):
        arrival.finish()


# As the handler of a request's files does it


@pytest.fixture
def handler(house, rf):
    handler = SealingHandler(rf.post("/"), house.halden.pk)
    handler.new_file("files", "paper.png", "image/png", None)
    yield handler
    handler.abort()


def test_a_store_that_fails_in_mid_file_leaves_nothing_while_the_rest_still_comes(
    handler, stored, monkeypatch
):
    handler.receive_data_chunk(PAPER, 0)
    assert len(stored()) == 1

    def full(*_: object) -> None:
        raise Unavailable("There is no room to store this now.")

    monkeypatch.setattr(Sealing, "write", full)
    with pytest.raises(SkipFile):
        handler.receive_data_chunk(PAPER, len(PAPER))
    assert stored() == []
