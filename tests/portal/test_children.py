"""A child that keeps ending is started again ever more slowly, one that ran for long at once."""

import subprocess
import sys

import pytest

from portal.embedded import children
from portal.embedded.children import ROOT, Child
from portal.embedded.places import Places
from portal.embedded.supervisor import Supervisor

ORPHAN = """
import os, time
from portal.embedded.children import end_with
parent = os.getpid()
if os.fork() == 0:
    while os.getppid() == parent:
        time.sleep(0.01)
    end_with(parent)
    print("lived on")
"""


@pytest.fixture
def clock(monkeypatch):
    """Seconds that a test may let pass."""
    now = [1000.0]
    monkeypatch.setattr(children.time, "monotonic", lambda: now[0])
    return now


def end(child: Child) -> str:
    """Start a child that ends by itself; what it says when that is seen."""
    child.start()
    child.process.wait()
    return child.look()


@pytest.fixture
def child(tmp_path) -> Child:
    return Child("quick", [sys.executable, "-c", ""], tmp_path / "quick.log")


def test_the_pauses_grow(child, clock):
    said = [end(child) for _ in range(7)]
    assert [text.split(" in ")[1].split(",")[0] for text in said] == [
        "1 s", "2 s", "4 s", "8 s", "16 s", "30 s", "30 s",
    ]  # fmt: skip


def test_a_child_that_ran_for_long_is_not_held_back(child, clock):
    for _ in range(5):
        end(child)
    child.start()
    child.process.wait()
    clock[0] += 31
    assert "in 1 s" in child.look()


def test_only_the_sequencer_is_given_the_role_that_writes_trees(tmp_path):
    children = Supervisor(Places(tmp_path), 8000)._children()
    roles = {child.name: child.environment.get("DATABASE_ROLE") for child in children}
    assert roles.pop("sequencer") == "sequencer"
    assert set(roles.values()) == {None}


def test_a_child_whose_parent_was_gone_before_it_asked_ends_at_once():
    said = subprocess.run([sys.executable, "-c", ORPHAN], cwd=ROOT, capture_output=True, text=True)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
