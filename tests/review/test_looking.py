"""What a reviewer is shown: the slit, and for a reason, for some seconds, its line."""

import io
from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
import pytest
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.utils import timezone
from PIL import Image

from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.extraction import services as extraction
from apps.review import services as review
from apps.review.models import Claim, LineGrant, Task
from apps.review.rules import LineReason, Verdict
from apps.review.services.claims import LEASE
from apps.review.services.looking import LINE_SECONDS
from tests.conftest import SYSTEM
from tests.intake.browsers import JSON
from tests.intake.looking import facts
from tests.review.desk import IBAN, PAPER, SIZE, colour, text_of

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


@pytest.fixture
def ask(desk, as_, task) -> Callable[..., HttpResponse]:
    """Ask for the task's line as somebody."""

    def send(reason: str = "unit", user: User | None = None, **headers: str) -> HttpResponse:
        client = as_(user or desk.house.rita)
        return client.post(f"/review/{task.pk}/line/", {"reason": reason}, **(headers or JSON))

    return send


def visible(response: HttpResponse) -> np.ndarray:
    """The colours that can be seen, in a list."""
    with Image.open(io.BytesIO(response.content)) as image:
        pixels = np.asarray(image).astype(int)
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
    event = Event.objects.get(tag=Tag.CROP_DELIVERED)
    assert facts(event) == {
        "field": "iban",
        "page": 1,
        "share": round(task.geometry["share"] * 1_000_000),
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


# The line


@pytest.mark.parametrize("reason", ["", "because", "unit; drop table"])
def test_a_line_needs_one_of_the_reasons(ask, look, reason):
    response = ask(reason)
    assert response.status_code == 400
    assert response.json()["message"] == "Not saved: reason."
    assert look("line.png").status_code == 409
    assert not LineGrant.objects.exists()


def test_a_line_that_was_not_asked_for_is_not_shown(look):
    assert look("line.png").status_code == 409
    assert not Event.objects.filter(tag=Tag.LINE_DELIVERED).exists()


@pytest.mark.parametrize("reason", LineReason)
def test_a_line_is_shown_for_a_reason_and_both_are_recorded(desk, ask, look, task, reason):
    said = ask(reason.value).json()
    assert said == {"src": f"/review/{task.pk}/line.png", "seconds": LINE_SECONDS}
    response = look("line.png")
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert "no-store" in response["Cache-Control"]
    granted = Event.objects.get(tag=Tag.LINE_GRANTED)
    assert facts(granted) == {"field": "iban", "page": 1, "reason": reason.value}
    delivered = facts(Event.objects.get(tag=Tag.LINE_DELIVERED))
    assert delivered["share"] == pytest.approx(
        1_000_000 * len(visible(response)) / (SIZE[0] * SIZE[1]), abs=1
    )


def test_a_line_shows_its_own_words_and_none_of_other_lines(ask, look):
    ask()
    assert words_in(look("line.png")) == ["IBAN:", IBAN]


def test_a_line_is_shown_for_twenty_seconds(ask, look):
    ask()
    grant = LineGrant.objects.get()
    assert grant.until - grant.created_at == pytest.approx(
        timedelta(seconds=20), abs=timedelta(seconds=1)
    )
    LineGrant.objects.update(until=timezone.now())
    response = look("line.png")
    assert response.status_code == 409
    ask()
    assert look("line.png").status_code == 200


def test_without_javascript_asking_leads_to_the_line(ask, task):
    response = ask(HTTP_ACCEPT="text/html")
    assert (response.status_code, response["Location"]) == (302, f"/review/{task.pk}/line.png")


def test_somebody_else_s_line_is_not_there(desk, ask, look):
    ask()
    for person in (desk.house.remy, desk.house.lena):
        assert look("line.png", person).status_code == 404
        assert ask(user=person).status_code == 404


def test_a_line_that_one_may_see_for_one_slit_is_not_seen_for_another(desk, as_, ask, task):
    ask()
    other = task.document.tasks.exclude(pk=task.pk).get()
    assert as_(desk.house.rita).get(f"/review/{other.pk}/line.png").status_code == 409


def test_a_reviewer_who_may_see_slits_only_sees_no_line(desk, as_, ask, look, task):
    slits_only = User.objects.create_user(
        "slits@halden.example", name="Slits", organisation=desk.house.halden
    )
    slits_only.user_permissions.add(Permission.objects.get(codename="decide_task"))
    Claim.objects.filter(pk=task.claim_id).update(reviewer=slits_only)
    assert look(user=slits_only).status_code == 200
    assert ask(user=slits_only).status_code == 403
    assert look("line.png", slits_only).status_code == 403


def test_when_the_page_image_is_gone_there_is_no_line(ask, look, task):
    ask()
    extraction.erase_pages(task.document, actor=SYSTEM, reason="test")
    assert look("line.png").status_code == 410
    assert look().status_code == 200  # the slit has a clock of its own
    assert not Event.objects.filter(tag=Tag.LINE_DELIVERED).exists()


def test_a_decision_that_is_final_closes_the_line_with_the_slit(desk, ask, look, task):
    """The page image lives on; through the line it would show more than the slit ever did."""
    ask()
    desk.decide(task, IBAN)
    assert look("line.png").status_code == 200
    review.seal_late(now=timezone.now() + LEASE, actor=SYSTEM)
    assert look("line.png").status_code == 410
    assert ask().status_code == 410


def test_after_the_claim_the_line_is_closed(ask, look):
    ask()
    expire_claims()
    assert look("line.png").status_code == 409
    assert ask().status_code == 409
