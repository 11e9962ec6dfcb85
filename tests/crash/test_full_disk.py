"""A disk that takes no more: said in a sentence, nothing kept by halves, and work goes on later.

The system's limit on the size of a file stands for a full disk: it can be set and lifted on
processes that run.
"""

import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from PIL import Image

from apps.intake import jail
from apps.intake.jail import Wall
from apps.vault.stores.directory import NO_ROOM
from tests.crash.installation import ROOT, Installation, until
from tests.crash.test_kill import accepted, every_row_has_bytes, is_delivered_once
from tests.papers import invoice_png

ROOM = 1_000  # bytes


@contextmanager
def full_for(arrowslit: Installation, name: str) -> Iterator[Callable[[], None]]:
    """No room for the processes with a name, and, when asked again, for those that came since."""
    full: set[int] = set()

    def fill() -> None:
        while fresh := set(arrowslit.processes(name)) - full:
            limit(sorted(fresh), str(ROOM))
            full.update(fresh)  # what they start from now on inherits it

    fill()
    assert full
    try:
        yield fill
    finally:
        limit(arrowslit.processes(name), "unlimited")


def limit(processes: list[int], size: str) -> None:
    """Each is limited as its owner: we may be root and yet not allowed to limit others."""
    for pid in processes:
        with suppress(FileNotFoundError):  # it has ended meanwhile
            owner = Path(f"/proc/{pid}").stat()
            other = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
            subprocess.run(
                ["prlimit", f"--pid={pid}", f"--fsize={size}:"],
                check=False,
                stderr=subprocess.DEVNULL,
                **(other if owner.st_uid != os.geteuid() else {}),
            )


def noise() -> bytes:
    """A picture that cannot be compressed."""
    out = io.BytesIO()
    Image.frombytes("L", (400, 400), random.Random(7).randbytes(160_000)).save(out, "PNG")
    return out.getvalue()


def test_the_sender_reads_that_there_is_no_room(arrowslit, clara):
    before, paper = arrowslit.stored(), noise()
    with full_for(arrowslit, "gunicorn"):
        answer = clara.send(paper)
        assert answer.status_code == 503
        assert answer.json()["message"] == "There is no room to store this now. Nothing was kept."
        assert arrowslit.stored() == before
    is_delivered_once(arrowslit, accepted(clara.send(paper)))
    every_row_has_bytes(arrowslit)


def attempts(arrowslit: Installation, reference: str) -> int:
    """How often the job of a document has been tried."""
    of_document = (
        "SELECT attempts FROM jobs_job JOIN intake_document AS paper ON paper.id = subject_id"
        " WHERE paper.reference = %s"
    )
    return int(arrowslit.ask(of_document, reference)[0][0])


def test_a_job_waits_for_room_longer_than_for_anything_else(arrowslit, clara):
    """A worker that ended for want of room has none when it is back; its job waits for a lease."""
    with full_for(arrowslit, "--queues=reading") as fill:
        reference = accepted(clara.send(invoice_png(901)))

        def is_tried_often() -> bool:
            fill()
            return attempts(arrowslit, reference) > 3

        until(is_tried_often, f"{reference} was not tried often.", patience=150)
    is_delivered_once(arrowslit, reference)
    every_row_has_bytes(arrowslit)


def test_the_databases_disk_is_full(arrowslit, clara):
    """PostgreSQL refuses or ends rather than lose what it promised, and goes on with room."""
    paper, form = invoice_png(902), clara.form()
    with arrowslit.unattended(), full_for(arrowslit, "bin/postgres -D"):
        arrowslit.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s",
            "portal_app",
        )  # the next ones know the limit
        refused = clara.send(paper, form)
    assert refused.status_code in (500, 503)  # it speaks of a limit otherwise than of a full disk
    assert refused.json()["message"]
    arrowslit.until_it_answers()
    is_delivered_once(arrowslit, accepted(clara.send(paper)))
    every_row_has_bytes(arrowslit)


@pytest.fixture
def on_a_small_disk(tmp_path: Path) -> list[str]:
    """What makes a file system of 256 kB around a program, with no rights that CI may lack."""
    if jail.wall() is not Wall.BUBBLEWRAP:
        reason = "bubblewrap is missing: no small file system can be made here"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return ["bwrap", "--dev-bind", "/", "/", "--size", "262144", "--tmpfs", str(tmp_path)]


def test_a_small_disk_takes_what_fits_and_nothing_by_halves(on_a_small_disk, tmp_path):
    program = [sys.executable, "-m", "tests.crash.smalldisk", str(tmp_path)]
    ran = subprocess.run(
        [*on_a_small_disk, *program], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout)
    assert said["refused"] == NO_ROOM
    assert said["full"] == [f"originals/o/1/{number}" for number in range(3)]
    assert said["end"] == [f"originals/o/1/{name}" for name in ("1", "2", "late")]
