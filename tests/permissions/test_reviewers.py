"""Address by address: a reviewer has no path to page, file, transcript or other fields."""

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.exposure import Exposure
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.review import services as review
from apps.review.ladder import Step
from apps.review.models import Grant
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact
from tests.intake.looking import facts
from tests.permissions.table import ADDRESSES, SHOWN, TABLE
from tests.permissions.world import DATE, NAME, NUMBER, TOTAL, World, taken_back
from tests.review.desk import HEADER, IBAN, LONG_PAPER, PAPER
from tests.review.test_looking import words_in

REVIEWERS = ("rita", "remy", "lena")
SLIT, WIDER, LINE = "/review/<pk>/crop.png", "/review/<pk>/wider.png", "/review/<pk>/line.png"
PAGE = "/review/<pk>/page.png"
PICTURE = ArtifactClass.PAGE_IMAGE
DIGIT = "/review/<pk>/glyph/<position>.png"
OPENS = {  # and no other address
    SLIT: [ArtifactClass.CROP],
    DIGIT: [ArtifactClass.CROP],
    WIDER: [PICTURE],
    LINE: [PICTURE],
}
SHOWS = {  # words of the page, in a picture
    SLIT: {IBAN},
    DIGIT: {NUMBER},
    WIDER: {IBAN},
    LINE: {"IBAN:", IBAN},
}


def opened_by(user: User) -> list[Event]:
    opened = Event.objects.filter(tag=Tag.ARTIFACT_OPENED, actor=user.actor)
    return list(opened.order_by("id"))


def hidden(world: World) -> list[bytes]:
    """All that a slit does not show of its document: its names, its file, its other fields."""
    document = world.parked
    artifacts = Artifact.objects.of_document(document.pk).values_list("pk", "digest")
    names = [document.reference, document.pk, document.received_digest, NAME]
    kept = [part for artifact in artifacts for part in artifact if part]
    return [str(one).encode() for one in (*names, *kept, NUMBER, TOTAL, DATE, "INVOICE", "EUR")]


def test_what_a_slit_shows_is_all_that_is_open_to_a_reviewer():
    allowed = {Exposure.NOTHING, Exposure.CROP, Exposure.GLYPH, Exposure.WIDER, Exposure.LINE}
    shown = [
        f"{row} hands {row.exposes} to {person}"
        for row in TABLE
        for person in REVIEWERS
        if row.cells[person] in SHOWN and row.exposes not in allowed
    ]
    assert shown == []


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_no_address_tells_a_reviewer_what_the_slit_does_not(world, row):
    secrets, wrong = hidden(world), []
    for person in REVIEWERS:
        body = world.answer(person, row.method, row.address).body
        unseen = secrets if person == "rita" else [*secrets, IBAN.encode()]
        wrong += [f"{row} tells {person} {one!r}" for one in unseen if one in body]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_no_address_opens_a_reviewer_more_than_slit_and_what_they_took_leave_for(world, row):
    """Each opening is on the trail, whatever of it reaches the browser."""
    for person in REVIEWERS:
        expected = OPENS.get(row.address, []) if row.cells[person] == "200" else []
        with taken_back():
            before = opened_by(world.people[person])
            response = world.send(person, row.method, row.address)
            opened = opened_by(world.people[person])[len(before) :]
            assert [facts(event)["kind"] for event in opened] == expected, f"{row} as {person}"
            assert {event.document for event in opened} <= {world.parked.pk}
            if expected:
                assert set(words_in(response)) == SHOWS[row.address]
            else:
                assert not response.headers.get("Content-Type", "").startswith("image/")


@pytest.mark.parametrize("row", [row for row in TABLE if "<pk>" in row.address], ids=str)
def test_of_a_document_whose_class_is_asked_no_address_shows_more_than_its_header(world, row):
    for person in REVIEWERS:
        with taken_back():
            before = opened_by(world.people[person])
            response = world.send(person, row.method, row.address, task=world.kind)
            opened = opened_by(world.people[person])[len(before) :]
            kinds = [facts(event)["kind"] for event in opened]
            if row.address == SLIT and row.cells[person] == "200":
                assert kinds == [ArtifactClass.CROP]
                assert words_in(response, LONG_PAPER) == HEADER
            else:
                assert kinds == []
                assert not response.headers.get("Content-Type", "").startswith("image/")


def test_the_other_words_of_the_page_are_there_to_be_hidden(world):
    words = {word for line in PAPER for word in line.split()}
    assert words > SHOWS[SLIT] | SHOWS[LINE] | {TOTAL, DATE, NUMBER}


@pytest.mark.parametrize("address", [one for one in ADDRESSES if "<reference>" in one])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_reviewer_who_learned_a_number_learns_nothing_more(world, method, address):
    """Clara may tell Rita how a document is called; no door of hers has a place for it."""
    for document in (world.parked, world.delivered, world.erased):
        for person in REVIEWERS:
            answer = world.ask(person, method, address, document=document)
            assert answer.said in ("401", "403", "405"), f"{method} {address} as {person}"
            assert not answer.changed


@pytest.mark.parametrize("address", [WIDER, LINE, PAGE])
def test_without_leave_no_address_leads_beyond_the_slit(world, address):
    """Rita holds the slit and has every right a reviewer has; each step takes leave of its own."""
    with taken_back():
        Grant.objects.all().delete()
        before = opened_by(world.people["rita"])
        assert world.send("rita", "GET", address).status_code == 409
        assert opened_by(world.people["rita"]) == before


@pytest.mark.parametrize("address", [WIDER, LINE, PAGE])
def test_leave_for_one_step_is_leave_for_no_other(world, address):
    step = address.rpartition("/")[2].removesuffix(".png")
    with taken_back():
        Grant.objects.filter(step=step).delete()
        assert world.send("rita", "GET", address).status_code == 409


def test_a_page_that_a_lead_gave_is_shown_once_to_who_asked(world):
    with taken_back():
        [asked] = Grant.objects.filter(step=Step.PAGE, task=world.task)
        review.answer(asked, give=True, user=world.house.lena, now=timezone.now())
        for other in ("remy", "lena"):
            assert world.send(other, "GET", PAGE).status_code == 404
        assert world.send("rita", "GET", PAGE).status_code == 200
        assert world.send("rita", "GET", PAGE).status_code == 409
