"""Known answers for tests: as the pool keeps them, among slits of real papers."""

import random
import uuid

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.extraction.models import Content
from apps.review import services as review
from apps.review.models import Decision, KnownAnswer, Task
from apps.review.rules import Reason
from apps.review.services import mixing
from apps.review.services.slits import SYSTEM
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass

TRUTH, WRONG = "KX-90412-RQ", "KX-90472-RQ"


@pytest.fixture
def all_lots_fall(settings, monkeypatch):
    settings.KNOWN_ANSWERS_PER_MILLE = 30
    monkeypatch.setattr(mixing, "chance", Certain())


class Certain(random.Random):
    """A lot that always falls."""

    def random(self) -> float:
        return 0.0


def known(desk, *, name="invoice_number", value=WRONG, truth=TRUTH, doctype="invoice"):
    """A known answer as the pool keeps it: the slit is a real one's, so that all is alike."""
    example = Task.objects.real().exclude(crop=None).first() or desk.paper().tasks.first()
    with vault.open(example.crop, actor=SYSTEM, purpose="test") as picture:
        png = picture.read()
    page = example.paper.drawn.get(number=1)
    one = KnownAnswer(
        organisation_id=desk.house.halden.pk,
        paper=uuid.uuid4(),
        image=page.image,
        layout=page.layout,
        boxes=example.field.boxes,
        doctype=doctype,
        name=name,
        kind="reference" if name == "invoice_number" else "iban",
        reason=Reason.LOW_CONFIDENCE,
        page=1,
        geometry={**example.geometry, "page": 1},
        planted=value != truth,
    )
    one.crop = vault.seal(
        png,
        kind=ArtifactClass.CROP,
        organisation=one.organisation_id,
        document=one.paper,
        actor=SYSTEM,
    )
    cipher = vault.open_values(one.paper, organisation=one.organisation_id, actor=SYSTEM)
    glyphs = tuple((sign, 0.6 if sign == "7" else 0.99, 0.2 + at / 90, 0.21 + at / 90)
                   for at, sign in enumerate(value))  # fmt: skip
    one.seal(Content(value, value, (), glyphs), Content(truth, truth), cipher)
    one.save(force_insert=True)
    return one


def take(desk, user: User | None = None, **about) -> dict[bool, list[Task]]:
    """What the person holds after taking slits: real ones, and known answers."""
    user = user or desk.house.rita
    review.claim(user, now=timezone.now(), **about)
    held = Task.objects.open().held_by(user, timezone.now())
    return {
        False: [task for task in held if task.known_id is None],
        True: [task for task in held if task.known_id is not None],
    }


@pytest.fixture
def mixed(desk) -> tuple[Task, Task]:
    """A real slit and a known answer, both of an invoice number, in Rita's hands."""
    desk.paper(fields=("invoice_number",))
    known(desk)
    held = take(desk)
    [real], [test] = held[False], held[True]
    return real, test


def answer(desk, task: Task, value: str, **about) -> Decision:
    return desk.decide(task, value, user=desk.house.rita, **about)
