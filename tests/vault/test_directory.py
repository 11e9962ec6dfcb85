"""A directory as a store: nothing outside of it, nothing by halves."""

import errno
import os
import stat

import pytest

from apps.base.errors import Unavailable
from apps.vault.stores import directory
from apps.vault.stores.directory import DirectoryStore

NAME = "originals/o/1/one"


@pytest.fixture
def store(tmp_path):
    return DirectoryStore(tmp_path / "store")


def files(store) -> list[str]:
    return [path.name for path in store.root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "originals/../../outside", ".."])
@pytest.mark.parametrize("verb", ["create", "open", "remove", "exists", "names"])
def test_a_name_stays_inside(store, verb, name):
    with pytest.raises(ValueError, match="inside the store"):
        list(getattr(store, verb)(name) or ())


def test_a_link_leads_nowhere_outside(store, tmp_path):
    (tmp_path / "outside").write_text("secret")
    store.root.mkdir()
    (store.root / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(ValueError, match="inside the store"):
        store.open("link")


def test_bytes_have_no_name_before_they_are_whole(store):
    receiving = store.create(NAME)
    receiving.write(b"half")
    assert files(store) == ["one.part"]
    receiving.commit()
    assert files(store) == ["one"]


def test_unfinished_bytes_are_found_and_removed_by_their_name(store):
    receiving = store.create(NAME)
    receiving.write(b"half")
    assert store.exists(NAME)
    assert list(store.names("originals")) == [NAME]
    store.remove(NAME)
    receiving.abort()
    assert files(store) == []


def test_two_never_write_under_one_name(store):
    first = store.create(NAME)
    with pytest.raises((FileExistsError, Unavailable)):
        store.create(NAME)
    first.abort()


def test_only_the_portal_reads_its_files(store):
    receiving = store.create(NAME)
    receiving.commit()
    path = store.root / NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_store_behind_a_link_lists_its_names(store, tmp_path):
    store.create(NAME).commit()
    (tmp_path / "link").symlink_to(store.root)
    assert list(DirectoryStore(tmp_path / "link").names("originals")) == [NAME]


class Full:
    """A file on a disk that takes so much and no more."""

    def __init__(self, file, room: int) -> None:
        self.file, self.room = file, room

    def write(self, data) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = self.file.write(data[: self.room])
        self.room -= taken
        return taken

    def close(self) -> None:
        self.file.close()

    def fileno(self) -> int:
        return self.file.fileno()


def no_room(*_: object, **__: object):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_that_takes_it_in_pieces_is_written_to_until_the_end(store):
    receiving = store.create(NAME)
    pieces = Full(receiving._file, room=10**9)
    pieces.write = lambda data: pieces.file.write(data[:3])
    receiving._file = pieces
    receiving.write(b"in small pieces")
    receiving.commit()
    assert (store.root / NAME).read_bytes() == b"in small pieces"


@pytest.mark.parametrize("room", [0, 4])
def test_a_disk_that_is_full_keeps_nothing(store, room):
    receiving = store.create(NAME)
    receiving._file = Full(receiving._file, room)
    with pytest.raises(Unavailable, match="no room"):
        receiving.write(b"more than that")
    receiving.abort()
    assert files(store) == []


def test_a_disk_that_is_found_full_at_the_end_keeps_nothing(store, monkeypatch):
    receiving = store.create(NAME)
    receiving.write(b"a page")
    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(Unavailable, match="no room"):
        receiving.commit()
    assert files(store) == []


@pytest.mark.parametrize("call", ["open", "mkdir"])
def test_a_disk_that_is_full_from_the_start_takes_nothing(store, monkeypatch, call):
    monkeypatch.setattr(os, call, no_room)
    with pytest.raises(Unavailable, match="no room"):
        store.create(NAME)
    assert files(store) == []


def test_a_power_cut_takes_no_new_folder_away(store, monkeypatch):
    synced = []
    monkeypatch.setattr(directory, "_sync", synced.append)
    store.create(NAME).abort()
    folders = [store.root.parent, store.root, store.root / "originals", store.root / "originals/o"]
    assert synced == folders  # each holds the name of the next
    store.create(NAME).abort()
    assert synced == folders
