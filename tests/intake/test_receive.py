"""From a file to a document, or to nothing at all."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.intake import checks, permissions
from apps.intake import services as intake
from apps.intake.arrival import Arrival
from apps.intake.models import Document, Submission
from apps.intake.screening import Refusal, Refused
from apps.intake.services import receiving
from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.vault import services as vault
from apps.vault.models import Artifact, ArtifactKey
from tests.conftest import SYSTEM
from tests.intake import files
from tests.intake.looking import everything_in_the_database, everything_on_disk, facts
from tests.papers import image, tiff

MARKER = b"KESTREL-MARKER-5f1c"
SECRET_NAME = "Ada Kestrel payslip.png"


def paper(name: str = "one") -> bytes:
    """Bytes that begin like a picture; who asks the jail about them is told so."""
    return b"\x89PNG\r\n\x1a\n" + name.encode() + MARKER * 100


def test_a_file_becomes_a_document_with_a_job_and_a_key_of_its_own(house, jail_says):
    jail_says(pages=3, signed=False)
    document = house.send(paper(), name=SECRET_NAME)
    assert (document.pages, document.signed, document.media_type) == (3, False, "image/png")
    assert document.size == len(paper())
    assert intake.job_of(document).state == State.QUEUED
    assert intake.name_of(document) == SECRET_NAME
    with vault.open(document.original, actor=SYSTEM, purpose="test") as source:
        assert source.read() == paper()
    assert ArtifactKey.objects.filter(artifact=document.original).exists()


def test_what_happened_before_the_job_is_on_its_timeline_with_proof(house, jail_says):
    document = house.send(paper())
    timeline = intake.job_of(document).timeline.order_by("began_at")
    assert {run.name for run in timeline} == {"authenticated", "policy", "consent", "sealed"}
    received = Event.objects.get(tag=Tag.DOCUMENT_RECEIVED)
    proofs = {run.name: run.proof for run in timeline}
    assert proofs["authenticated"] == {"event": str(received.pk)}
    assert proofs["sealed"] == {"sha-256": document.received_digest}
    assert proofs["consent"] == {"consent": str(document.submission_id)}


def test_what_a_file_carries_is_on_the_trail_and_on_the_timeline(house, jail_says):
    jail_says(pages=1, signed=False, flags=["embedded_file", "active_content"])
    document = house.send(paper())
    [received] = Event.objects.filter(tag=Tag.DOCUMENT_RECEIVED)
    assert facts(received)["flags"] == ["active_content", "embedded_file"]
    sealed = intake.job_of(document).timeline.get(name="sealed")
    assert sealed.proof["flagged"] == "active_content, embedded_file"


def test_consent_is_recorded_once_for_all_that_is_sent_together(house, jail_says):
    token = uuid.uuid4()
    first, second = (house.send(paper(name), token=token) for name in ("one", "two"))
    assert first.submission_id == second.submission_id
    [given] = Event.objects.filter(tag=Tag.CONSENT_GIVEN)
    told = facts(given)
    assert told["purpose"] == "pay-invoices"
    assert (told["manual_review"], told["model_improvement"]) == (True, False)
    assert told["transcript"] is False


def test_plain_bytes_and_names_are_nowhere_on_disk_or_in_the_database(
    house, jail_says, stored, tmp_path
):
    house.send(paper(), name=SECRET_NAME)
    assert stored()
    assert MARKER not in everything_on_disk(tmp_path)
    assert b"Kestrel" not in everything_on_disk(tmp_path)
    assert "Kestrel" not in everything_in_the_database()


def test_the_trail_does_not_know_the_file_s_name(house, jail_says):
    house.send(paper(), name=SECRET_NAME)
    assert Event.objects.exists()
    for event in Event.objects.all():
        assert b"Kestrel" not in bytes(event.body)
        assert "Kestrel" not in f"{event.subject}{event.actor}"


# Refusals


REFUSED: dict[str, tuple[Callable[[], bytes], dict[str, Any], Refusal]] = {
    "a program": (lambda: b"MZ" + bytes(100), {}, Refusal.TYPE),
    "nothing": (lambda: b"", {}, Refusal.EMPTY),
    "a PDF under a password": (files.locked_pdf, {}, Refusal.LOCKED),
    "half a picture": (lambda: image("PNG")[:2000], {}, Refusal.DAMAGED),
    "301 pages": (lambda: files.pdf(301), {}, Refusal.TOO_MANY_PAGES),
    "too many pixels": (lambda: files.huge_png(50_000, 50_000), {}, Refusal.TOO_MANY_PIXELS),
    "pages it does not have": (lambda: tiff(2), {"pages": "3"}, Refusal.NO_SUCH_PAGES),
    "pages of a signed file": (
        lambda: files.pdf_with_a_form(signed=True),
        {"pages": "1"},
        Refusal.SIGNED_WHOLE,
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_leaves_no_row_no_file_and_one_event(house, stored, what):
    make, terms, refusal = REFUSED[what]
    arrival = Arrival(SECRET_NAME, house.halden.pk, largest=50 * files.MEGABYTE)
    with suppress(Refused):  # an upload goes on to the next file
        arrival.write(make())
    with pytest.raises(Refused) as refused:
        intake.receive(arrival, terms=house.terms(**terms), sender=house.clara)
    assert refused.value.refusal is refusal
    assert "Kestrel" not in str(refused.value)
    assert nothing_is_left(stored)
    [event] = Event.objects.filter(tag=Tag.FILE_REFUSED)
    assert facts(event) == {"reason": refusal.value}
    assert event.document is None


def test_a_file_that_breaks_the_parser_is_refused_and_leaves_nothing(house, stored, monkeypatch):
    def broken(*_: object) -> None:
        raise checks.jail.Broken("It took too long.")

    monkeypatch.setattr(checks, "_said", broken)
    with pytest.raises(Refused, match="Checking this file took more"):
        house.send(paper())
    assert nothing_is_left(stored)


def test_a_failure_of_our_own_leaves_nothing_and_blames_nobody(
    house, jail_says, stored, monkeypatch
):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(receiving.jobs, "enqueue", broken)
    with pytest.raises(RuntimeError):
        house.send(paper())
    assert nothing_is_left(stored)
    assert not Event.objects.filter(tag=Tag.FILE_REFUSED).exists()


def test_nothing_is_taken_from_somebody_without_the_role(house, jail_says, stored):
    with pytest.raises(NotAllowed):
        house.send(paper(), sender=house.rita)
    assert nothing_is_left(stored)


def test_nothing_is_taken_for_a_workspace_the_sender_is_no_member_of(house, jail_says, stored):
    for workspace in (house.people, house.elsewhere):
        with pytest.raises(NotFound):
            house.send(paper(), workspace=workspace)
    assert nothing_is_left(stored)


# Only some pages


def test_only_the_wanted_pages_of_a_pdf_are_kept(house, stored):
    content = files.pdf_of_widths(100, 200, 300, 400)
    document = house.send(content, pages="2, last")
    assert document.pages == 2
    assert len(stored()) == 1  # the whole file is gone
    with vault.open(document.original, actor=SYSTEM, purpose="test") as source:
        kept = source.read()
    assert files.widths_of(kept) == [200, 400]
    assert document.size == len(kept)
    assert document.received_digest != document.original.digest


def test_the_digest_of_what_was_sent_is_remembered_though_only_a_part_is_kept(house):
    content = tiff(2)
    whole, part = (house.send(content, pages=wanted, again=True) for wanted in ("", "1"))
    assert whole.received_digest == part.received_digest


def test_asking_for_every_page_keeps_the_file_as_it_came(house):
    content = files.pdf_of_widths(100, 200)
    document = house.send(content, pages="1-2")
    assert document.original.digest == document.received_digest


def test_a_signed_file_is_taken_whole_byte_for_byte(house):
    content = files.pdf_with_a_form(signed=True)
    document = house.send(content)
    assert document.signed
    with vault.open(document.original, actor=SYSTEM, purpose="test") as source:
        assert source.read() == content


def test_pages_that_cannot_be_taken_out_refuse_the_file(house, jail_says, stored, monkeypatch):
    jail_says(pages=3, signed=False)
    with pytest.raises(Refused) as refused:
        house.send(b"%PDF-1.7" + MARKER * 10, pages="1")  # the real parser cannot open this
    assert refused.value.refusal is Refusal.TOO_HARD
    assert nothing_is_left(stored)


# Twice


def test_the_same_form_sent_twice_gives_one_document(house, jail_says, stored):
    token = uuid.uuid4()
    first, second = (house.send(paper(), token=token) for _ in range(2))
    assert first.pk == second.pk
    assert Document.objects.count() == Job.objects.count() == len(stored()) == 1
    assert Event.objects.filter(tag=Tag.DOCUMENT_RECEIVED).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": "handle-letter"},
        {"basis": "legal-duty"},
        {"manual_review": False},
        {"model_improvement": True},
        {"transcript": True},
        {"doctype": "letter"},
        {"fields": ("iban",)},
        {"pages": "1"},
    ],
)
def test_terms_that_change_in_mid_form_are_refused(house, jail_says, stored, change):
    token = uuid.uuid4()
    house.send(paper("one"), token=token)
    with pytest.raises(NotPossible, match="form was changed"):
        house.send(paper("two"), token=token, **change)
    assert Document.objects.count() == len(stored()) == 1


def test_a_form_whose_consent_was_taken_back_takes_no_more_files(house, jail_says):
    token = uuid.uuid4()
    first = house.send(paper("one"), token=token)
    intake.withdraw(first, by=house.clara)
    with pytest.raises(NotPossible):
        house.send(paper("two"), token=token)


def test_consent_is_taken_back_once(house, jail_says):
    document = house.send(paper())
    intake.withdraw(document, by=house.clara)
    assert Submission.objects.get().withdrawn_at
    with pytest.raises(NotPossible, match="withdrawn before"):
        intake.withdraw(document, by=house.clara)


def test_the_token_of_somebody_else_s_form_is_no_form_of_mine(house, jail_says):
    token = uuid.uuid4()
    hers = house.send(paper(), token=token)
    cleo_s = house.send(paper(), token=token, sender=house.cleo, workspace=house.people)
    assert hers.submission_id != cleo_s.submission_id


# References


def test_a_reference_that_is_taken_is_drawn_again(house, jail_says, monkeypatch):
    first = house.send(paper("one"))
    drawn = iter([first.reference, first.reference, "BCD-234"])
    monkeypatch.setattr(receiving, "new_reference", lambda: next(drawn))
    assert house.send(paper("two")).reference == "BCD-234"


def test_when_no_reference_is_free_nothing_is_kept(house, jail_says, monkeypatch, stored):
    first = house.send(paper("one"))
    monkeypatch.setattr(receiving, "new_reference", lambda: first.reference)
    with pytest.raises(NotPossible, match="No name could be found"):
        house.send(paper("two"))
    assert Document.objects.count() == len(stored()) == 1


def test_the_database_itself_keeps_references_apart(house, jail_says):
    first, second = (house.send(paper(name)) for name in ("one", "two"))
    with pytest.raises(IntegrityError):
        Document.objects.filter(pk=second.pk).update(reference=first.reference)


# Erasing


def test_erasing_takes_the_original_and_the_name(house, jail_says, at_once, stored):
    document = house.send(paper(), name=SECRET_NAME)
    intake.erase(document, actor=SYSTEM, reason="test")
    document.refresh_from_db()
    assert document.name is None
    assert stored() == []
    for read in (
        lambda: vault.open(document.original, actor=SYSTEM, purpose="test"),
        lambda: intake.name_of(document),
    ):
        with pytest.raises(vault.Gone):
            read()


def test_who_may_send_is_said_by_role_and_by_membership(house):
    members = (house.clara, house.ida)
    for person in (house.clara, house.cleo, house.rita, house.otto, house.ida, house.mallory):
        try:
            permissions.check_can_send(person, house.payable)
        except (NotAllowed, NotFound):
            assert person not in members
        else:
            assert person in members


def nothing_is_left(stored: Callable[[], list[Any]]) -> bool:
    rows = (Document, Submission, Job, Artifact, ArtifactKey)
    return not stored() and not any(kind.objects.exists() for kind in rows)
