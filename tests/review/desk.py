"""A short way to documents that were read, for what happens afterwards.

Intake, drawing and reading have tests of their own behind the real walls. Here a file is what a
test says it is; the database, the vault, the trail and the steps of the pipeline are real.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image, ImageDraw

from apps.accounts.models import User
from apps.base.types import Box
from apps.extraction import classify, drawing, reader
from apps.extraction.doctypes import FieldRule
from apps.extraction.engines import PageText, Pixels, fake
from apps.extraction.models import Field
from apps.extraction.witnesses import SILENT, Witnesses
from apps.intake import checks
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import runner
from apps.jobs.flow import State
from apps.review import services as review
from apps.review.models import Decision, Task
from apps.review.rules import Reason, Turn, Verdict, needs_two
from apps.review.services import Answer, agreeing, asking
from tests.conftest import House

SIZE = (600, 850)  # pixels of a page
NUMBER, IBAN = "KX-77314-RQ", "DE89370400440532013000"  # the engine doubts every 7
OTHER = "DE02120300000000202051"  # an IBAN too
PAPER = (
    "INVOICE",
    f"Invoice No: {NUMBER}",
    "Date: 2019-03-26",
    f"IBAN: {IBAN}",
    "Total EUR 9184.60",
)
BODY = ("Gasket 9.20", "Bolt 3.10", "Washer 8.60", "Bearing 2.80", "Grease 6.50", "Thank you")
LONG_PAPER = (*PAPER, *BODY)  # the first half of its lines are its header
HEADER = " ".join(PAPER).split()
WANTED = ("invoice_number", "issue_date", "iban", "grand_total")
DOUBTFUL = {"invoice_number", "iban"}
CLASS = "class"


class Desk:
    """What is sent, read and asked; each paper is another one."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house, self._patch = house, monkeypatch
        self.lines: Sequence[str] = PAPER
        self.pages = 1
        self.said = SILENT  # with each page, besides its looks
        self.two_readers = False  # where a class asks for them; most tests are about one reading
        for module in (asking, agreeing):
            monkeypatch.setattr(module, "needs_two", self._needs_two)
        monkeypatch.setattr(checks, "_said", lambda *_: {"pages": self.pages, "signed": False})
        monkeypatch.setattr(drawing, "draw", self._draw)
        monkeypatch.setattr(reader, "read_page", self._read)

    def send(self, *, sender: User | None = None, **terms: Any) -> Document:
        """A document in the queue."""
        content = b"\x89PNG\r\n\x1a\n" + uuid.uuid4().bytes
        said = {"doctype": "invoice", "fields": WANTED, **terms}
        return self.house.send(content, sender=sender, **said)

    def paper(self, **terms: Any) -> Document:
        """A document that was read, with its doubtful fields before people."""
        document = self.send(**terms)
        self.walk(document)
        return Document.objects.get(pk=document.pk)

    def delivered(self, **terms: Any) -> Document:
        """A document whose doubtful fields nobody may look at."""
        return self.paper(manual_review=False, **terms)

    def unsure(self, **terms: Any) -> Document:
        """A document whose class nobody said, and the machine is never sure of."""
        self._patch.setattr(classify, "SURE_ENOUGH", 1.1)
        return self.paper(doctype="", **terms)

    def walk(self, document: Document) -> State:
        """Let a worker take the job; the state in which it leaves it."""
        job = intake.job_of(document)
        runner.run(job.pk)
        job.refresh_from_db()
        return State(job.state)

    def bare_tasks(self, document: Document, count: int) -> list[Task]:
        """Open tasks of a document that was not read: fields without values or slits."""
        made = []
        for position in range(count):
            field = Field.objects.create(
                document=document,
                organisation_id=document.organisation_id,
                name=f"field_{position}",
                position=position,
                found=False,
                confidence=0.0,
            )
            made.append(
                Task.objects.create(
                    organisation_id=document.organisation_id,
                    document=document,
                    workspace=document.workspace,
                    sender=document.sender,
                    field=field,
                    doctype="invoice",
                    name=field.name,
                    job=intake.job_of(document),
                    reason=Reason.MISSING,
                )
            )
        return made

    def take(self, user: User, now: datetime | None = None) -> dict[str, Task]:
        """What the person holds after taking slits, by field; a class goes by its own name."""
        now = now or timezone.now()
        review.claim(user, now=now)
        held = Task.objects.open().held_by(user, now)
        return {task.field.name if task.field else CLASS: task for task in held}

    def decide(self, task: Task, value: str = "", **about: Any) -> Decision:
        """What whoever holds a task says of it, as one says it who types."""
        about = {"user": task.claim and task.claim.reviewer, "now": timezone.now(), **about}
        verdict = about.pop("verdict", Verdict.CORRECTED if value else Verdict.BLANK)
        key = about.pop("key", None) or uuid.uuid4()
        user, now = about.pop("user"), about.pop("now")
        return review.decide(task, Answer(key, verdict, value, **about), user=user, now=now)

    def differ(self) -> Task:
        """A third reading of an IBAN, of which Rita and Remy said different things."""
        self.two_readers = True
        document = self.paper(fields=("iban",))
        for person, value in ((self.house.rita, IBAN), (self.house.remy, OTHER)):
            self.decide(self.take(person)["iban"], value, overrides=True)
            review.release(person, now=timezone.now())
        return document.tasks.get(turn=Turn.THIRD)

    def _needs_two(self, rule: FieldRule, normalised: str) -> bool:
        return self.two_readers and needs_two(rule, normalised)

    def _draw(
        self, *_: object, hear: Callable[[Witnesses], None] = lambda _: None
    ) -> Iterator[tuple[int, Pixels]]:
        for number in range(1, self.pages + 1):
            hear(self.said)
            yield number, page_of(self.lines)

    def _read(self, pixels: Pixels, number: int) -> tuple[PageText, str]:
        return text_of(self.lines, number), "fake/1"


def text_of(lines: Sequence[str], number: int = 1) -> PageText:
    """What the fake engine says of a page with these lines."""
    read = [fake._line(line, at) for at, line in enumerate(lines)]
    return PageText(number, *SIZE, 0, read)


def page_of(lines: Sequence[str]) -> Pixels:
    """A grey page on which each word is a rectangle of a colour of its own."""
    page = Image.new("RGB", SIZE, (200, 200, 200))
    pen = ImageDraw.Draw(page)
    for at, word in enumerate(text_of(lines).words):
        pen.rectangle(on_page(word.box), fill=colour(at))
    return np.asarray(page)


def colour(at: int) -> tuple[int, int, int]:
    """Far enough from one another, and from grey, to be told apart after JPEG."""
    return (250 * (at % 2), 60 * (at // 2 % 4), 40 * (at // 8 % 4))


def on_page(box: Box) -> tuple[int, int, int, int]:
    width, height = SIZE
    return (
        round(box.left * width),
        round(box.top * height),
        round(box.right * width) - 1,
        round(box.bottom * height) - 1,
    )


@pytest.fixture
def desk(house: House, at_once: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(house, monkeypatch)


@pytest.fixture
def real_desk(real_house: House, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The same, with commits."""
    return Desk(real_house, monkeypatch)
