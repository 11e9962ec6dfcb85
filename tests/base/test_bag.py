"""Bags that programs of others take."""

import io
import zipfile
from datetime import UTC, datetime

import bagit
import pytest

from apps.base.bag import Bag

NOW = datetime(2026, 11, 14, 9, tzinfo=UTC)


class Pipe:
    """Takes bytes and gives none back, like the vault."""

    def __init__(self):
        self.taken = bytearray()

    def write(self, data):
        self.taken += data


@pytest.fixture
def packed(tmp_path):
    pipe = Pipe()
    bag = Bag(pipe, name="EX-7KQ52F", now=NOW)
    bag.add_lines("data/events.jsonl", (b"%d\n" % number for number in range(1000)))
    bag.add("data/empty.txt", "")
    bag.add("data/words.txt", "ü €\n")
    bag.add("program.py", b"print()\n")
    bag.close({"Source-Organization": "Halden Group"})
    with zipfile.ZipFile(io.BytesIO(pipe.taken)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    return tmp_path / "EX-7KQ52F"


def test_bagit_accepts_a_bag(packed):
    bag = bagit.Bag(str(packed))
    bag.validate()
    assert bag.info["Source-Organization"] == "Halden Group"
    assert sorted(bag.payload_files()) == ["data/empty.txt", "data/events.jsonl", "data/words.txt"]
    size = sum(path.stat().st_size for path in (packed / "data").iterdir())
    assert bag.info["Payload-Oxum"] == f"{size}.3"


def test_everything_outside_the_payload_is_listed_too(packed):
    listed = (packed / "tagmanifest-sha256.txt").read_text()
    names = {line.split("  ")[1] for line in listed.splitlines()}
    assert names == {"bag-info.txt", "bagit.txt", "manifest-sha256.txt", "program.py"}


@pytest.mark.parametrize("name", ["data/words.txt", "program.py", "bag-info.txt"])
def test_bagit_refuses_a_bag_that_was_changed(packed, name):
    (packed / name).write_bytes((packed / name).read_bytes() + b" ")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(packed)).validate()
