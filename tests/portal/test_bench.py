"""What the benches compute, apart from what they measure."""

import io
import os
import threading
import time
import uuid
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pikepdf
import pytest

from apps.extraction import rooms
from apps.vault.envelope import CHUNK
from portal.evaluation import memory, pipeline, queue, readers
from portal.evaluation.vault import Files, Rates, pieces


def test_a_ratio_is_the_median_of_the_rounds_own_ratios():
    rates = Rates(raw=[100.0, 50.0, 10.0], ours=[90.0, 40.0, 20.0])
    assert rates.ratio == pytest.approx(0.9)


def test_the_sides_of_a_comparison_take_turns_in_going_first():
    rates, went = Rates(), []
    for _ in range(3):
        rates.add(lambda: went.append("raw"), lambda: went.append("ours"), size=1)
    assert went == ["raw", "ours", "ours", "raw", "raw", "ours"]
    assert (len(rates.raw), len(rates.ours)) == (3, 3)


def test_both_sides_of_the_vault_s_bench_do_the_same_work(tmp_path):
    files = Files(tmp_path, megabytes=1)
    files.seal_raw()
    files.open_raw()
    assert files.back.read_bytes() == files.plain.read_bytes()
    files.back.unlink()
    files.seal_ours()
    files.open_ours()
    assert files.back.read_bytes() == files.plain.read_bytes()
    files.read_range()


def test_pieces_are_whole_chunks():
    assert [len(piece) for piece in pieces(2 * CHUNK)] == [CHUNK, CHUNK]


def test_memory_is_read_in_megabytes():
    status = "Name:\tweb\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n"
    assert (memory.parsed(status, "VmHWM"), memory.parsed(status, "VmRSS")) == (2.0, 1.0)
    assert memory.parsed(status, "VmSwap") == 0.0


def test_a_process_belongs_to_its_own_family_and_a_lost_one_weighs_nothing():
    assert memory.family(os.getpid())[0] == os.getpid()
    assert memory.resident_mb(os.getpid()) > 0
    assert memory.resident_mb(2**22 + 1) == 0.0


def test_a_process_may_end_while_its_children_are_looked_for(monkeypatch):
    def ended(*_: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "glob", ended)
    assert memory.family(os.getpid()) == [os.getpid()]


def test_a_binder_has_the_pages_that_were_asked_for():
    binders = list(pipeline.documents(5, 3))
    assert [count for _, count in binders] == [3, 2]
    for content, count in binders:
        with pikepdf.open(io.BytesIO(content)) as binder:
            assert len(binder.pages) == count
    assert binders[0][0] != binders[1][0]


def test_a_side_counts_only_the_time_of_its_own_work():
    side = pipeline.Side()
    side.time(lambda: time.sleep(0.02), pages=4)
    time.sleep(0.05)
    assert side.pages == 4
    assert side.seconds >= 0.02
    assert pipeline.Side().pages_per_s == 0.0


def test_the_reader_s_bench_reads_each_paper_in_many_sizes(monkeypatch):
    monkeypatch.setattr(readers, "_paper", lambda number: np.full((20, 10 + number, 3), 200))
    shapes = [page.shape for page in readers.pages(readers.PAPERS * readers.STEPS)]
    assert shapes[0] == (20, 10, 3)
    assert shapes[readers.PAPERS] == (20 + 2 * readers.STEP, 10 + 2 * readers.STEP, 3)
    assert len(set(shapes)) == len(shapes)


def test_of_a_passport_the_zone_stands_at_the_foot_of_a_small_page():
    assert readers.KINDS[1] == readers.ZONE
    page = readers._paper(1)
    assert page.shape == (readers.SQUARE, readers.SQUARE, 3)
    assert (page[: readers.SQUARE // 2] == 255).all()
    assert page[-readers.SQUARE // 3 :].min() < 100


def test_the_reader_s_bench_reads_all_pages_and_compares_some(monkeypatch):
    """Every third page goes through both sides; the others through the reader alone."""
    asked: list[object] = []
    bare: list[object] = []
    engine = SimpleNamespace(read=lambda *page: bare.append(page))
    monkeypatch.setattr(readers, "EVERY", 3)
    monkeypatch.setattr(readers, "pages", lambda count: iter(range(count)))
    monkeypatch.setattr(readers, "RapidEngine", lambda _: engine)
    monkeypatch.setattr(readers.reader, "read_page", lambda *page: asked.append(page))
    figures = readers.over(7)
    assert [page[0] for page in asked] == list(range(7))
    assert [page[0] for page in bare] == [2, 5]
    assert (figures["documents"], figures["pages_compared"], figures["restarts"]) == (7, 2, 0)
    assert figures["reader_cap_mb"] == rooms.room("rapid").fattest


def test_the_highest_of_many_looks_is_kept(monkeypatch):
    monkeypatch.setattr(memory, "POLL", 0.001)
    left, done = [3, 9, 4], threading.Event()

    def look() -> int:
        if len(left) == 1:
            done.set()
        return left.pop(0) if len(left) > 1 else left[0]

    with memory.highest(look) as peak:
        assert done.wait(10)
    assert peak == [9]


def test_reviewers_press_at_a_pace_of_their_own_whatever_the_server_does():
    crowd = [uuid.uuid4() for _ in range(20)]
    shift = queue._shift(crowd, 2.0)
    assert [due for due, _, _ in shift] == sorted(due for due, _, _ in shift)
    for pk in crowd:
        own = [(due, act) for due, act, who in shift if who == pk]
        decided = [due for due, act in own if act is queue._decide]
        assert len(decided) == queue.ROUNDS * queue.DECISIONS
        assert all(1.0 <= later - due <= 3.0 for due, later in pairwise(decided))
        assert [act for _, act in own][0 :: queue.DECISIONS + 2] == [queue._claim] * queue.ROUNDS


def test_a_connection_that_is_late_says_by_how_much():
    played = queue.Played(backend=0)
    played.await_until(time.perf_counter() - 0.5)
    played.await_until(time.perf_counter() + 0.2)
    late, punctual = played.waited
    assert late >= 0.5
    assert punctual == 0.0
