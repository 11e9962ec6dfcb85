"""A paper on which nothing is doubtful, and papers on which people decided."""

from django.utils import timezone

from apps.intake.models import Document
from apps.review import services as review
from tests.review.desk import DOUBTFUL, Desk

IBAN, NUMBER = "FR1420041010050500013M02606", "KX-90314-RQ"  # the engine doubts every 7
TOTAL, DATE = "9184.60", "2019-03-26"
CLEAR = (
    "INVOICE",
    f"Invoice No: {NUMBER}",
    f"Date: {DATE}",
    f"IBAN: {IBAN}",
    f"Total EUR {TOTAL}",
)
HIDDEN = (IBAN, NUMBER, TOTAL)  # of a date every part is public


def clear(desk: Desk, **terms: object) -> Document:
    """A document that was read without a doubt, and delivered."""
    desk.lines = CLEAR
    return desk.paper(**terms)


def decided(desk: Desk, **said: str) -> Document:
    """A delivered document of whose doubtful fields Rita says this, or that they are blank."""
    document = desk.paper()
    held = desk.take(desk.house.rita)
    for name in DOUBTFUL:
        desk.decide(held[name], said.get(name, ""))
    review.release(desk.house.rita, now=timezone.now())
    desk.walk(document)
    return Document.objects.get(pk=document.pk)
