"""Documents with fields in doubt, made without an engine: what is drawn is known to be there.

Intake, keys, slits and tasks are the portal's own; only reading is skipped, since what it would
find is kept beforehand, and reading twice is reading once.
"""

from __future__ import annotations

import io
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from apps.accounts.models import User
from apps.base.types import Box
from apps.extraction import drawing, kept, synthetic
from apps.extraction.engines import Glyph
from apps.extraction.engines.upright import Lie
from apps.extraction.fields import Evidence, Found
from apps.extraction.models import Page, Reading
from apps.extraction.services import SYSTEM
from apps.intake import purposes
from apps.intake import services as intake
from apps.intake.arrival import Arrival
from apps.intake.models import Document
from apps.intake.services import Terms
from apps.jobs import runner
from apps.vault import services as vault

SIZE = (1654, 2339)  # pixels, A4 at 200 dpi
PRINT = 34  # pixels, height of the letters
FONT = Path(synthetic.__file__).with_name("fonts") / "Inter-Regular.ttf"
DOCTYPE = "invoice"
WRONG = 0.25  # share of values of which the machine read a digit wrong
SURE, DOUBTED = 0.99, 0.6  # confidence in a character
FILLING = 24  # lines of other words


@dataclass(frozen=True, slots=True)
class Made:
    """One field in doubt: what is printed, and what the machine took it for."""

    name: str
    truth: str
    read: str
    doubtful: int  # position of the character in doubt

    @property
    def is_wrong(self) -> bool:
        return self.read != self.truth


def document(sender: User, *, seed: int) -> list[Made]:
    """Put a document before reviewers, with every field of it in doubt; its fields."""
    rng = random.Random(seed)  # noqa: S311 - drawn papers, not secrets
    fields = [_made(name, value, rng) for name, value in _values(rng)]
    page = _Page(rng)
    found = [page.print(one, line) for line, one in enumerate(fields)]
    page.fill()
    sent = _sent(page.png(), sender)
    _keep(sent, page, found)
    runner.run(intake.job_of(sent).pk)
    return fields


def _values(rng: random.Random) -> Iterator[tuple[str, str]]:
    issued = date(2026, 1, 1) + timedelta(days=rng.randrange(300))
    yield "invoice_number", f"{rng.choice('ABKR')}{rng.choice('NXZ')}-{rng.randrange(10**6, 10**7)}"
    yield "issue_date", f"{issued:%d.%m.%Y}"
    yield "due_date", f"{issued + timedelta(days=30):%d.%m.%Y}"
    yield "net_total", f"{rng.randrange(100, 9999)}.{rng.randrange(10, 99)}"


def _made(name: str, truth: str, rng: random.Random) -> Made:
    """The last digit of it in doubt; sometimes it was misread."""
    at = max(place for place, sign in enumerate(truth) if sign.isdigit())
    other = str((int(truth[at]) + 1) % 10)
    read = truth[:at] + other + truth[at + 1 :] if rng.random() < WRONG else truth
    return Made(name, truth, read, at)


class _Page:
    """A page of print, and where its words stand."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.words = rng, list[Box]()
        grain = np.random.default_rng(rng.randrange(10**6)).normal(248, 5, (SIZE[1], SIZE[0], 1))
        self.image = Image.fromarray(np.clip(grain.repeat(3, axis=2), 0, 255).astype(np.uint8))
        self.pen, self.font = ImageDraw.Draw(self.image), ImageFont.truetype(str(FONT), PRINT)

    def print(self, one: Made, line: int) -> Found:
        """Print a field beside its label; what the machine made of it."""
        top = 300 + line * 110
        self._word(one.name.replace("_", " ").capitalize() + ":", 160, top)
        edges = self._word(one.truth, 620, top)
        box = _box(edges[0], top, edges[-1], top + PRINT)
        glyphs = [
            Glyph(sign, DOUBTED if at == one.doubtful else SURE, left / SIZE[0], right / SIZE[0])
            for at, (sign, left, right) in enumerate(zip(one.read, edges, edges[1:], strict=False))
        ]
        return Found(
            one.name, one.read, one.read, 1, box, 0.5, glyphs, [box],
            others=[one.truth] if one.is_wrong else [], evidence=Evidence(0.5, 0.99),
        )  # fmt: skip

    def fill(self) -> None:
        for line in range(FILLING):
            left = 160.0
            while left < SIZE[0] - 400:
                left = self._word("x" * self.rng.randrange(2, 12), left, 800 + line * 56)[-1] + 14

    def png(self) -> bytes:
        out = io.BytesIO()
        self.image.save(out, "PNG", compress_level=1)
        return out.getvalue()

    def _word(self, text: str, left: float, top: float) -> list[float]:
        """Print a word; the edges of its characters."""
        self.pen.text((left, top), text, fill=(34, 36, 46), font=self.font, anchor="lt")
        edges = [left + self.font.getlength(text[:end]) for end in range(len(text) + 1)]
        self.words.append(_box(left, top, edges[-1], top + PRINT))
        return edges


def _box(left: float, top: float, right: float, bottom: float) -> Box:
    return Box(left / SIZE[0], top / SIZE[1], right / SIZE[0], bottom / SIZE[1])


def _sent(content: bytes, sender: User) -> Document:
    assert sender.organisation_id is not None  # she is a sender
    arrival = Arrival("bench.png", sender.organisation_id, largest=settings.LARGEST_FILE)
    arrival.write(content)
    purpose = next(iter(purposes.load().purposes.values()))
    terms = Terms(
        workspace=sender.workspaces.order_by("name")[0],
        token=uuid.uuid4(),
        purpose=purpose.name,
        basis=purpose.bases[0],
        manual_review=True,
        doctype=DOCTYPE,
        fields=("invoice_number", "issue_date", "due_date", "net_total"),
        again=True,
    )
    return intake.receive(arrival, terms=terms, sender=sender)


def _keep(document: Document, page: _Page, found: list[Found]) -> None:
    """What reading would have kept."""
    reading = Reading.objects.create(
        document=document,
        organisation_id=document.organisation_id,
        engine="fake/1",
        doctype=DOCTYPE,
        doctype_confidence=1.0,
        words=len(page.words),
        milliseconds=0,
    )
    image = drawing.begin_image(document)
    drawing.seal_image(image, np.asarray(page.image), lie=Lie(0, 0.0))
    Page.objects.create(
        document=document,
        organisation_id=document.organisation_id,
        number=1,
        width=SIZE[0],
        height=SIZE[1],
        image=vault.keep(image, actor=SYSTEM),
        layout=[kept.ten_thousandths(word) for word in page.words],
    )
    cipher = vault.open_values(document.pk, organisation=document.organisation_id, actor=SYSTEM)
    for position, one in enumerate(found):
        row = kept.field(document, one, position)
        row.threshold = kept.threshold(reading, one.name)
        row.seal(kept.content(one, document), cipher)
        row.save(force_insert=True)
