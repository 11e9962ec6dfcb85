"""A parser that somebody kills is no fault of its file: nothing is refused, nothing is kept."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Unavailable
from apps.intake import checks, jail
from apps.intake.jail import Broken, Killed
from apps.intake.models import Document
from tests.intake.browsers import JSON
from tests.intake.test_jail import attempt, bubblewrap, either_wall
from tests.papers import invoice_png, tiff
from tests.victims import doomed, kill_when_seen

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
