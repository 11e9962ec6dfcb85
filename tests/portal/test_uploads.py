"""How the evaluation of uploads judges, and that its watch sees what it watches for."""

import json
import socket
import subprocess
import sys
import time
from typing import Any

import pytest

from apps.intake.screening import SENTENCES, Refusal
from portal.evaluation.bounds import Hung, watched
from portal.evaluation.uploads import Fate, Sample, is_unsafe, samples, summed

HOSTILE = frozenset({"accepted_sanitized", "rejected"})


class Kept:
    """A document, as far as the figures look at one."""

    def __init__(self, digest: str = "1") -> None:
        self.received_digest = digest


def fate(*must: str, acceptable: frozenset[str] = HOSTILE, **about: Any) -> Fate:
    benign = about.pop("benign", False)
    sample = Sample("s", None, benign, acceptable, frozenset(must), about.pop("pair", ""))
    return Fate(sample, **about)


def test_a_file_that_should_be_refused_and_was_drawn_is_unsafe():
    refusable = frozenset({"rejected", "quarantined"})
    assert is_unsafe(fate(acceptable=refusable, document=Kept(), drawn=1))
    assert not is_unsafe(fate(acceptable=refusable, document=Kept(), drawn=0))


@pytest.mark.parametrize(
    ("demand", "flag"),
    [
        ("active_content_flagged", "active_content"),
        ("embedded_file_flagged", "embedded_file"),
        ("encryption_flagged", "encryption"),
    ],
)
def test_a_file_that_was_taken_without_its_flag_is_unsafe(demand, flag):
    assert is_unsafe(fate(demand, document=Kept(), drawn=1))
    assert not is_unsafe(fate(demand, document=Kept(), drawn=1, flags=frozenset({flag})))


def test_a_refusal_that_does_not_say_why_is_unsafe_where_a_reason_is_demanded():
    assert is_unsafe(fate("clear_reason_to_user", reason="No."))
    clear = SENTENCES[Refusal.LOCKED]
    assert not is_unsafe(fate("clear_reason_to_user", reason=clear))
    assert not is_unsafe(fate(reason="No."))


def test_two_files_with_one_weak_digest_must_both_be_kept():
    both = [fate(pair="p", document=Kept(digest), drawn=1) for digest in "12"]
    one = [both[0], fate(pair="p")]
    assert summed(both, 0)["hostile_accepted_unsafe"] == 0
    assert summed(one, 0)["hostile_accepted_unsafe"] == 1


def test_what_happened_is_summed():
    fates = [
        fate(benign=True, document=Kept(), drawn=1),
        fate(benign=True),
        fate(crashed=True),
        fate(hung=True, remnants=2),
    ]
    fates[2].watch.own_mb, fates[2].watch.connections = 1000, 3
    figures = summed(fates, 1)
    assert figures["benign_accepted_share"] == 0.5
    assert (figures["crashes"], figures["hangs"], figures["remnants"]) == (1, 1, 3)
    assert (figures["over_memory"], figures["outbound_connections"]) == (1, 3)


def test_only_uploads_of_a_manifest_are_taken(tmp_path):
    expected = {"acceptable_dispositions": ["rejected"], "must": ["no_crash"]}
    lines = [
        {"id": str(number), "file": "a.pdf", "kind": kind, "expected": expected}
        for number, kind in enumerate(("upload_hostile", "receipt", "upload_benign"))
    ]
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_text("\n".join(json.dumps(line) for line in lines))
    assert [(one.id, one.benign) for one in samples(manifest)] == [("0", False), ("2", True)]


def test_the_watch_ends_what_hangs():
    with pytest.raises(Hung), watched(0.1):
        time.sleep(20)


def test_the_watch_hears_a_connection_of_our_own():
    with socket.create_server(("127.0.0.1", 0)) as server, watched(20) as watch:
        socket.create_connection(server.getsockname()).close()
    assert watch.connections > 0


def test_the_watch_sees_a_connection_and_the_memory_of_a_child():
    program = (
        "import socket, sys, time; fat = bytearray(60 << 20);"
        "held = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); time.sleep(1)"
    )
    with socket.create_server(("127.0.0.1", 0)) as server, watched(20) as watch:
        port = str(server.getsockname()[1])
        subprocess.run([sys.executable, "-c", program, port], check=True)
    assert watch.connections == 1
    assert watch.children_mb > 50


def test_the_watch_sees_our_own_growth():
    with watched(20) as watch:
        fat = bytearray(80 << 20)
        fat[::4096] = b"x" * len(fat[::4096])
    assert watch.own_mb > 60
