"""A parser that somebody kills is no fault of its file: nothing is refused, nothing is kept."""

import io
import subprocess
import sys
import uuid
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Unavailable
from apps.intake import checks, jail
from apps.intake.jail import Broken, Killed
from apps.intake.models import Document
from tests.crash.installation import until
from tests.intake.browsers import JSON
from tests.intake.test_jail import BEHIND, attempt, bubblewrap, either_wall
from tests.papers import invoice_png, tiff
from tests.victims import doomed, family, kill_when_seen, runs

__all__ = ["attempt", "bubblewrap", "either_wall"]

SENTENCE = "The program that opens documents was ended from outside. Try again."


def test_a_program_that_somebody_kills_is_told_from_one_that_breaks(attempt, either_wall):
    with doomed("probes"), pytest.raises(Killed, match=SENTENCE):
        attempt("sleep")


def test_its_own_limits_are_its_own_fault(attempt, either_wall):
    for greed, limits in (("loop", jail.Limits(cpu=1)), ("sleep", jail.Limits(wall=1))):
        with pytest.raises(Broken):
            attempt(greed, limits=limits)


def test_half_an_answer_of_a_killed_program_is_not_taken_for_nonsense(attempt, either_wall):
    """Whoever reads it stumbles before anybody has asked how the program ended."""

    def stumble() -> None:
        with jail.fed("probes", "sleep", source=io.BytesIO()) as output:
            kill_when_seen("probes")
            raise ValueError(output.read())

    with pytest.raises(Killed):
        stumble()


def test_who_stumbles_over_a_program_that_lives_is_heard(attempt, either_wall):
    with pytest.raises(ValueError, match="mine"), jail.fed("probes", "sleep", source=io.BytesIO()):
        raise ValueError("mine")


BUSY = 100  # hundredths of a second; more than a program needs to start
HOLDS = """
import io, sys
from apps.intake import jail
jail.wall = lambda: jail.Wall(sys.argv[1])
shown = jail._folders
jail._folders = lambda: [*shown(), sys.argv[2]]
also = f"argv.pop(1)); sys.path.insert(0, {sys.argv[2]!r});"
jail.BOOT = jail.BOOT.replace("argv.pop(1));", also)
with jail.fed("probes", "loop", source=io.BytesIO(), limits=jail.Limits(cpu=20, wall=60)) as said:
    said.read()
"""


def test_what_is_busy_behind_the_wall_ends_with_whoever_started_it(either_wall):
    """Else a hostile file would go on eating a core after its worker was killed."""
    worker = subprocess.Popen([sys.executable, "-c", HOLDS, jail.wall(), BEHIND], cwd=jail.ROOT)
    try:
        until(lambda: any(ticks(pid) > BUSY for pid in family(worker.pid)))
        inside = family(worker.pid)
    finally:
        worker.kill()
        worker.wait()
    until(lambda: not any(runs(pid, "probes") for pid in inside), "It outlived its worker.")


def ticks(pid: int) -> int:
    """How long a process has worked, in hundredths of a second."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])
    return 0


@pytest.mark.parametrize(
    ("module", "pages"), [(checks.INSPECT, ""), (checks.CHOOSE, "2")], ids=["counting", "choosing"]
)
def test_a_file_whose_parser_is_killed_is_sent_again(house, stored, module, pages):
    with doomed(module), pytest.raises(Unavailable, match="Try again"):
        house.send(tiff(3), name="paper.tiff", pages=pages)
    assert stored() == []
    assert not Document.objects.exists()
    assert not Event.objects.filter(tag=Tag.FILE_REFUSED).exists()
    assert house.send(tiff(3), name="paper.tiff", pages=pages).pages == (1 if pages else 3)


def test_its_sender_reads_what_to_do(house, stored, as_):
    form = {
        "token": str(uuid.uuid4()),
        "workspace": str(house.payable.pk),
        "purpose": "pay-invoices",
        "basis": "contract",
        "files": [SimpleUploadedFile("paper.png", invoice_png(7))],
    }
    with doomed(checks.INSPECT):
        answer = as_(house.clara).post("/upload/", form, **JSON)
    assert (answer.status_code, answer.json()["message"]) == (503, SENTENCE)
    assert stored() == []
