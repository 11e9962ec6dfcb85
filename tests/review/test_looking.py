"""What a reviewer is shown: the slit, and nothing beside it."""

import io
from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
import pytest
from django.http import HttpResponse
from django.utils import timezone
from PIL import Image

from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.review import services as review
from apps.review.models import Claim, Task
from apps.review.models.looks import Look
from apps.review.rules import Verdict
from apps.review.services.claims import LEASE
from tests.conftest import SYSTEM
from tests.intake.looking import facts
from tests.review.desk import IBAN, PAPER, colour, text_of

GREY = (200, 200, 200)  # of the page
NEAR = 40  # how far JPEG may move a colour


@pytest.fixture
def task(desk) -> Task:
    """A slit under Rita's claim."""
    desk.paper()
    return desk.take(desk.house.rita)["iban"]


@pytest.fixture
def look(desk, as_, task) -> Callable[..., HttpResponse]:
    """Fetch a picture of the task as somebody."""

    def fetch(what: str = "crop.png", user: User | None = None) -> HttpResponse:
        return as_(user or desk.house.rita).get(f"/review/{task.pk}/{what}")

    return fetch


def visible(response: HttpResponse) -> np.ndarray:
    """The colours that can be seen, in a list."""
    with Image.open(io.BytesIO(response.content)) as image:
        pixels = np.asarray(image.convert("RGBA")).astype(int)
    return pixels[pixels[..., 3] == 255][:, :3]


def words_in(response: HttpResponse, lines: Sequence[str] = PAPER) -> list[str]:
    """The words of the page whose colours can be seen, be it a hundredth of what is seen."""
    words = text_of(lines).words
    palette = np.array([GREY, *(colour(at) for at in range(len(words)))])
    seen = visible(response)
    away = np.abs(seen[:, None] - palette).max(axis=2)
    nearest = np.where(away.min(axis=1) < NEAR, away.argmin(axis=1), 0)
    return [word.text for at, word in enumerate(words, start=1) if (nearest == at).mean() > 0.01]


def expire_claims() -> None:
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))


# The slit


def test_a_slit_is_a_picture_that_nobody_keeps(look):
    response = look()
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Content-Disposition" not in response


def test_a_slit_shows_its_word_and_no_other(look):
    assert words_in(look()) == [IBAN]


def test_looking_is_recorded_with_what_was_seen(desk, look, task):
    look()
    event, kept = Event.objects.get(tag=Tag.CROP_DELIVERED), Look.objects.get()
    assert facts(event) == {
        "field": "iban",
        "page": 1,
        "share": round(task.geometry["share"] * 1_000_000),
        "pixels": kept.pixels,
        "region": kept.region,
    }
    assert (event.actor, event.document) == (desk.house.rita.actor, task.document_id)
    look()
    assert Event.objects.filter(tag=Tag.CROP_DELIVERED).count() == 2


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("remy", 404), ("lena", 404), ("clara", 403), ("cleo", 403), ("rosa", 403),
        ("carl", 403), ("otto", 403), ("ida", 403), ("mallory", 403),
    ],
)  # fmt: skip
def test_nobody_but_its_holder_sees_a_slit(desk, look, name, status):
    assert look(user=getattr(desk.house, name)).status_code == status
    assert not Event.objects.filter(tag=Tag.CROP_DELIVERED).exists()


def test_after_the_claim_the_slit_is_closed(look):
    expire_claims()
    assert look().status_code == 409


def test_a_decision_that_can_be_taken_back_leaves_the_slit_open(desk, look, task):
    desk.decide(task, IBAN)
    assert look().status_code == 200


def test_a_decision_that_is_final_closes_the_slit(desk, look, task):
    desk.decide(task, IBAN)
    review.seal_late(now=timezone.now() + LEASE, actor=SYSTEM)
    assert Claim.objects.get().ended_at is None  # the claim itself goes on
    response = look()
    assert response.status_code == 410
    assert "image" not in response["Content-Type"]


def test_a_slit_that_was_passed_on_is_closed(desk, look, task):
    desk.decide(task, verdict=Verdict.UNREADABLE, trouble="blurred")
    assert look().status_code == 404


def test_where_there_is_no_slit_none_is_shown(look, task):
    Task.objects.filter(pk=task.pk).update(crop=None)
    assert look().status_code == 410
