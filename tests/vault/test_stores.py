"""What every store promises, whatever it is made of."""

import io
import random

import pytest

from apps.vault.stores.directory import DirectoryStore

NAME, NEIGHBOUR = "originals/o/1/one", "originals/o/1/one-more"
PIECE = random.Random(1).randbytes(1000)


@pytest.fixture(params=["directory", "bucket"])
def store(request, tmp_path):
    if request.param == "directory":
        return DirectoryStore(tmp_path / "store")
    return request.getfixturevalue("bucket_store")


def put(store, name=NAME, *pieces) -> None:
    receiving = store.create(name)
    for piece in pieces or (PIECE,):
        receiving.write(piece)
    receiving.commit()


def content(store, name=NAME) -> bytes:
    with store.open(name) as source:
        return source.read()


@pytest.mark.parametrize("pieces", [(b"a",), (b"a", b"bc"), (memoryview(PIECE), PIECE)])
def test_what_is_put_in_comes_back(store, pieces):
    put(store, NAME, *pieces)
    assert content(store) == b"".join(pieces)
    assert store.exists(NAME)


def test_it_is_read_anywhere(store):
    put(store)
    with store.open(NAME) as source:
        assert source.seek(0, io.SEEK_END) == len(PIECE)
        for position, count in ((990, 20), (0, 1), (500, 100), (1000, 5), (2000, 5)):
            source.seek(position)
            assert source.read(count) == PIECE[position : position + count]
        source.seek(10)
        buffer = bytearray(20)
        assert source.readinto(memoryview(buffer)) == 20
        assert (bytes(buffer), source.tell()) == (PIECE[10:30], 30)


def test_nothing_is_read_before_it_is_committed(store):
    receiving = store.create(NAME)
    receiving.write(PIECE)
    with pytest.raises(FileNotFoundError):
        store.open(NAME)
    receiving.commit()
    assert content(store) == PIECE


@pytest.mark.parametrize("pieces", [(), (PIECE,)])
def test_what_is_aborted_was_never_there(store, pieces):
    receiving = store.create(NAME)
    for piece in pieces:
        receiving.write(piece)
    receiving.abort()
    receiving.abort()
    assert not store.exists(NAME)
    assert list(store.names("originals")) == []
    with pytest.raises(FileNotFoundError):
        store.open(NAME)


def test_aborting_after_the_commit_takes_nothing_away(store):
    receiving = store.create(NAME)
    receiving.write(PIECE)
    receiving.commit()
    receiving.abort()
    assert content(store) == PIECE


def test_what_was_never_there_is_not_found(store):
    assert not store.exists(NAME)
    with pytest.raises(FileNotFoundError):
        store.open(NAME)


def test_what_is_removed_is_gone_and_twice_is_once(store):
    put(store)
    store.remove(NAME)
    store.remove(NAME)
    assert not store.exists(NAME)
    with pytest.raises(FileNotFoundError):
        store.open(NAME)


def test_a_name_that_begins_the_same_way_stays(store):
    put(store, NAME)
    put(store, NEIGHBOUR)
    store.remove(NAME)
    assert not store.exists(NAME)
    assert content(store, NEIGHBOUR) == PIECE


def test_names_are_found_under_their_class(store):
    for name in (NAME, NEIGHBOUR, "crops/o/1/two"):
        put(store, name)
    assert sorted(store.names("originals")) == [NAME, NEIGHBOUR]
    assert list(store.names("pages")) == []
