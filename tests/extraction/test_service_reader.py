"""The reader process: taken away when it dies, hangs, lies or grows, and then made anew."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apps.base.errors import Unavailable
from apps.extraction import reader, rooms
from apps.extraction.engines.fake import FakeEngine
from apps.extraction.reader import ReaderDied
from apps.extraction.rooms import Room
from apps.intake import jail
from apps.intake.jail import Wall

LONG = 60.0  # seconds; only a broken reader takes so long
PIXELS = np.full((20, 30, 3), 255, np.uint8)
BEHIND = str(Path(__file__).parents[1] / "intake" / "behind")

HELLO = """
import json, sys, time
def say(value):
    sys.stdout.write(json.dumps(value) + "\\n")
    sys.stdout.flush()
def page():
    ask = json.loads(sys.stdin.buffer.readline())
    sys.stdin.buffer.read(ask["width"] * ask["height"] * 3)
    return ask["number"]
def answer(number):
    say({"number": number, "width": 30, "height": 20, "turned": 0, "lines": []})
def hello():
    say({"engine": "script", "version": "1"})
"""
GOOD = "hello()\nwhile True: answer(page())"
NO_READERS = {
    "dies": "sys.exit(1)",
    "hangs": "time.sleep(600)",
    "says nothing of itself": "say({})",
    "speaks in lists": "say([])",
    "speaks in numbers": "say(1)",
    "prints garbage": "print('Loading model 100 %', flush=True); time.sleep(600)",
    "nests too deep": "print('[' * 9999, flush=True); time.sleep(600)",
}
BAD_ANSWERS = {
    "dies in mid-page": "sys.exit(1)",
    "hangs": "time.sleep(600)",
    "prints garbage": "print('segmentation fault', flush=True)",
    "prints half a line and dies": "sys.stdout.write('{\"numb'); sys.stdout.flush(); sys.exit()",
    "says what is no page": "say({'number': 'one'})",
    "nests too deep": "print('[' * 9999, flush=True)",
    "never ends its line": "sys.stdout.write('x' * 9000000); sys.stdout.flush()",
    "speaks of another page": "answer(2)",
    "says two things at once": "answer(1); answer(1)",
}

Scripted = Callable[..., list[Any]]


@pytest.fixture(autouse=True)
def no_reader_from_elsewhere() -> Iterator[None]:
    reader.close()
    yield
    reader.close()


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """Readers that are small scripts, one after the other; gives every process that was made."""
    made: list[Any] = []

    class Remembered(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            made.append(self)

    def script(*scripts: str) -> list[Any]:
        coming = iter(scripts)
        monkeypatch.setattr(
            reader.jail,
            "command",
            lambda *_, **__: [sys.executable, "-I", "-c", HELLO + next(coming)],
        )
        return made

    monkeypatch.setattr(reader.subprocess, "Popen", Remembered)
    patience(monkeypatch, LONG)
    monkeypatch.setattr(reader, "PER_PAGE", LONG)
    monkeypatch.setattr(reader, "LONGEST_ANSWER", 1 << 20)
    return script


def patience(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(rooms, "room", lambda _: Room(loading=seconds))


def ended(processes: list[Any]) -> list[bool]:
    return [process.poll() is not None for process in processes]


@pytest.mark.parametrize("wall", list(Wall))
def test_a_real_reader_says_what_its_engine_said(monkeypatch, wall):
    if wall is Wall.BUBBLEWRAP and jail.wall() is not wall:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("bubblewrap is missing")
    monkeypatch.setattr(jail, "wall", lambda: wall)
    said, engine = reader.read_page(PIXELS, 3)
    assert engine == "fake/1"
    expected = FakeEngine().read(PIXELS, 3)
    assert (said.number, said.width, said.height) == (3, 30, 20)
    assert [word.text for word in said.words] == [word.text for word in expected.words]


def test_one_reader_reads_page_after_page(scripted):
    made = scripted(GOOD)
    for number in (1, 2, 3):
        said, engine = reader.read_page(PIXELS, number)
        assert (said.number, engine) == (number, "script/1")
    assert ended(made) == [False]


@pytest.mark.parametrize("what", NO_READERS)
def test_a_reader_that_does_not_start_is_ended_and_tried_again_later(scripted, monkeypatch, what):
    if what in ("hangs", "prints garbage"):
        patience(monkeypatch, 0.5)
    made = scripted(NO_READERS[what], GOOD)
    with pytest.raises(Unavailable, match="did not start"):
        reader.read_page(PIXELS, 1)
    assert ended(made) == [True]
    patience(monkeypatch, LONG)
    assert reader.read_page(PIXELS, 1)[0].number == 1


def test_a_reader_that_cannot_be_found_is_told_as_such(monkeypatch):
    monkeypatch.setattr(reader.jail, "command", lambda *_, **__: ["/no/such/program"])
    with pytest.raises(Unavailable, match="did not start"):
        reader.read_page(PIXELS, 1)


@pytest.mark.parametrize("what", BAD_ANSWERS)
def test_a_reader_that_breaks_on_a_page_is_replaced(scripted, monkeypatch, what):
    if what == "hangs":
        monkeypatch.setattr(reader, "PER_PAGE", 0.3)
    made = scripted(f"hello()\npage()\n{BAD_ANSWERS[what]}\ntime.sleep(600)", GOOD)
    if what == "says two things at once":
        with_its_second_answer_unread(made)
        return
    with pytest.raises(ReaderDied) as died:
        reader.read_page(PIXELS, 1)
    assert isinstance(died.value, Unavailable)  # so that the job tries again
    assert ended(made) == [True]
    monkeypatch.setattr(reader, "PER_PAGE", LONG)
    assert reader.read_page(PIXELS, 1)[0].number == 1
    assert ended(made) == [True, False]


def with_its_second_answer_unread(made: list[Any]) -> None:
    """Whether both lines come in one piece is chance; nothing of the second reaches a page."""
    with pytest.raises(ReaderDied):
        reader.read_page(PIXELS, 1)
        reader.read_page(PIXELS, 2)
    assert ended(made) == [True]


def test_a_reading_that_is_broken_off_leaves_no_answer_for_the_next_page(scripted, monkeypatch):
    """A worker that is told to stop in mid-page must not mix up two documents."""

    class Stopped(BaseException):
        pass

    def stop(*_: object) -> None:
        raise Stopped

    made = scripted(GOOD, GOOD)
    with monkeypatch.context() as patched, pytest.raises(Stopped):
        patched.setattr(reader.wire, "page_from_json", stop)
        reader.read_page(PIXELS, 1)
    assert ended(made) == [True]
    assert reader.read_page(PIXELS, 2)[0].number == 2


def the_reader() -> reader.Reader:
    [one] = reader._readers.by_engine.values()
    return one


def test_a_reader_that_has_grown_too_fat_is_replaced(scripted):
    made = scripted(GOOD, GOOD)
    reader.read_page(PIXELS, 1)
    assert 0 < the_reader().megabytes < the_reader().fattest
    assert the_reader().usable
    the_reader().fattest = 1
    assert not the_reader().usable
    reader.read_page(PIXELS, 1)
    assert ended(made) == [True, False]


def test_the_memory_of_what_runs_behind_the_wall_counts():
    """Bubblewrap itself is small; the engine is a child of a child."""
    reader.read_page(PIXELS, 1)
    family = reader._family(the_reader()._process.pid)
    assert len(family) >= (3 if jail.wall() is Wall.BUBBLEWRAP else 1)
    assert the_reader().megabytes > 10


def test_each_engine_has_a_reader_of_its_own(scripted):
    made = scripted(GOOD, GOOD)
    for engine in ("one", "other", "one", "other"):
        reader.read_page(PIXELS, 1, engine)
    assert len(made) == 2
    assert ended(made) == [False, False]


def test_without_a_name_the_usual_engine_is_asked(scripted, settings):
    scripted(GOOD)
    settings.READER_COMMAND = [settings.READER_COMMAND[0], "usual"]
    reader.read_page(PIXELS, 1)
    assert list(reader._readers.by_engine) == ["usual"]


def test_a_reader_that_nobody_has_asked_for_long_ends(scripted, monkeypatch):
    made = scripted(GOOD, GOOD)
    reader.read_page(PIXELS, 1, "one")
    monkeypatch.setattr(reader, "IDLE", 0.0)
    reader.read_page(PIXELS, 1, "other")
    assert ended(made) == [True, False]


def test_how_readers_are_can_be_asked_at_any_time(scripted, monkeypatch):
    monkeypatch.setattr(reader._readers, "replaced", 0)
    assert reader.health() == reader.Health((), 0, 0)
    scripted(GOOD, GOOD)
    reader.read_page(PIXELS, 1)
    the_reader()._process.kill()
    the_reader()._process.wait()
    reader.read_page(PIXELS, 1)
    said = reader.health()
    assert (said.engines, said.replaced) == (("script/1",), 1)
    assert said.megabytes > 0


def test_closing_twice_is_closing_once(scripted):
    made = scripted(GOOD)
    reader.read_page(PIXELS, 1)
    reader.close()
    reader.close()
    assert ended(made) == [True]


def test_a_reader_sees_no_network_and_no_files(monkeypatch, settings):
    if jail.wall() is not Wall.BUBBLEWRAP:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("bubblewrap is missing")
    shown, path = jail._folders, "sys.path.insert(0, sys.argv.pop(1));"
    monkeypatch.setattr(jail, "_folders", lambda: [*shown(), BEHIND])
    also = f"{path} sys.path.insert(0, {BEHIND!r});"
    monkeypatch.setattr(jail, "BOOT", jail.BOOT.replace(path, also))
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.READER_COMMAND = ["spy", port := str(server.getsockname()[1])]
        assert reader._readers.get(port).engine == "network False, files False/1"


def test_a_name_that_is_too_long_to_be_kept_is_cut(scripted):
    scripted("say({'engine': 'x' * 999, 'version': 1})\nwhile True: answer(page())")
    assert len(reader.read_page(PIXELS, 1)[1]) == reader.LONGEST_NAME
