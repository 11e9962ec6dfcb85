"""What is kept of a reading: typed fields, sealed, and where words stood. Never the words."""

from collections.abc import Callable

import numpy as np
import pytest

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import Gone, Unavailable, Unreadable
from apps.extraction import again, drawing, reader
from apps.extraction import services as extraction
from apps.extraction.models import Content, Field, Page, Reading
from apps.extraction.values import Habits
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.jobs.flow import State
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact
from tests.conftest import SYSTEM
from tests.intake.looking import everything_in_the_database, everything_on_disk, facts
from tests.review import desk as desks
from tests.review.conftest import stored as _stored
from tests.review.desk import IBAN, NUMBER, PAPER, SIZE, text_of

desk, stored = desks.desk, _stored
ASIDE = ("Kestrelberg Ltd, 9 Plovergate", "for the attention of Ada Whimbrelson")


def cipher_of(document: Document) -> vault.ValueCipher:
    return vault.open_values(
        document.pk, organisation=document.organisation_id, actor=extraction.SYSTEM
    )


def contents(document: Document) -> dict[str, Content]:
    cipher = cipher_of(document)
    return {field.name: field.content(cipher) for field in document.fields.all()}


def kinds(document: Document) -> list[str]:
    alive = Artifact.objects.of_document(document.pk).alive().order_by("created_at")
    return [artifact.kind for artifact in alive]


def test_a_reading_keeps_what_was_found(desk):
    document = desk.paper()
    found = contents(document)
    assert found["invoice_number"].value == NUMBER
    assert found["iban"].normalised == IBAN
    assert (found["issue_date"].value, found["issue_date"].normalised) == ("2019-03-26",) * 2
    assert "".join(glyph[0] for glyph in found["iban"].glyphs) == IBAN
    number = document.fields.get(name="invoice_number")
    assert number.found
    assert 0 < number.confidence < 0.7 < document.fields.get(name="issue_date").confidence
    assert number.page == 1
    assert len(number.boxes) == 1


def test_only_wanted_fields_are_kept(desk):
    document = desk.paper(fields=("issue_date", "iban"))
    assert set(contents(document)) == {"issue_date", "iban"}


def test_a_field_of_another_class_is_not_looked_for(desk):
    document = desk.paper(fields=("issue_date", "surname"))
    assert set(contents(document)) == {"issue_date"}


def test_wanting_nothing_in_particular_wants_all_of_the_class(desk):
    document = desk.paper(fields=())
    rules = extraction.doctype_of(document).fields
    assert [field.name for field in document.fields.order_by("position")] == [
        rule.name for rule in rules
    ]


def test_a_missing_field_is_kept_as_missing_and_empty(desk):
    document = desk.paper(fields=("due_date",))
    field = document.fields.get()
    assert not field.found
    assert field.content(cipher_of(document)) == Content()


def test_a_class_that_the_sender_said_is_believed(desk):
    document = desk.paper(doctype="letter", fields=())
    assert (document.reading.doctype, document.reading.doctype_confidence) == ("letter", 1.0)


def test_a_class_that_nobody_said_is_found_out(desk):
    document = desk.paper(doctype="")
    assert document.reading.doctype == "invoice"
    assert 0 < document.reading.doctype_confidence <= 1
    told = facts(Event.objects.get(tag=Tag.DOCUMENT_CLASSIFIED))
    assert told["doctype"] == "invoice"
    assert told["per_mille"] == round(document.reading.doctype_confidence * 1000)


def test_the_trail_counts_words_and_pages_and_names_none(desk):
    desk.pages = 2
    document = desk.paper()
    told = facts(Event.objects.get(tag=Tag.DOCUMENT_READ))
    assert told["pages"] == 2
    assert told["words"] == 2 * len(text_of(PAPER).words) == document.reading.words
    assert told["engine"] == "fake/1" == document.reading.engine


# Sealed, and not in clear


def test_no_value_and_no_word_is_in_clear_anywhere(desk, tmp_path):
    desk.lines = (*PAPER, *ASIDE)
    document = desk.paper()
    assert document.reading.words == len(text_of(desk.lines).words)
    kept = everything_in_the_database()
    for word in (NUMBER, IBAN, "9184.60", "2019-03-26", "Kestrelberg", "Plovergate", "Whimbrel"):
        assert word not in kept
        assert word.encode() not in everything_on_disk(tmp_path)


def test_words_outside_the_fields_are_kept_nowhere_not_even_sealed(desk):
    desk.lines = (*PAPER, *ASIDE)
    document = desk.paper()
    assert set(kinds(document)) <= {"original", "fields", "page image", "crop"}
    sealed = "".join(content.to_json() for content in contents(document).values())
    assert IBAN in sealed
    assert "Kestrelberg" not in sealed
    assert "Whimbrelson" not in sealed


def test_the_layout_of_a_page_is_numbers_only(desk):
    document = desk.paper()
    page = document.drawn.get()
    assert len(page.layout) == document.reading.words
    for edges in page.layout:
        assert len(edges) == 4
        assert all(type(edge) is int and 0 <= edge <= 10_000 for edge in edges)
    assert (page.width, page.height) == SIZE


def test_habits_of_a_document_say_how_it_writes_and_not_what(desk):
    assert desk.paper().reading.habits == {
        "decimal": ".",
        "month_first": False,
        "order_trust": 0.98,
        "currency": "EUR",
    }


def test_a_value_opens_in_its_own_row_only(desk):
    document = desk.paper()
    cipher, number = cipher_of(document), document.fields.get(name="invoice_number")
    other = document.fields.get(name="iban")
    other.sealed = number.sealed
    with pytest.raises(Unreadable):
        other.content(cipher)
    another = desk.paper()
    twin = another.fields.get(name="invoice_number")
    twin.sealed = number.sealed
    for opened in (cipher, cipher_of(another)):
        with pytest.raises(Unreadable):
            twin.content(opened)


def test_a_value_that_was_changed_does_not_open(desk):
    document = desk.paper()
    field = document.fields.get(name="iban")
    field.sealed = bytes(field.sealed)[:-1] + bytes([bytes(field.sealed)[-1] ^ 1])
    with pytest.raises(Unreadable):
        field.content(cipher_of(document))


# Pages


def test_every_page_is_kept_as_a_sealed_image(desk):
    desk.pages = 3
    document = desk.paper()
    assert [page.number for page in document.drawn.order_by("number")] == [1, 2, 3]
    page = document.drawn.first()
    with vault.open(page.image, actor=SYSTEM, purpose="test") as image:
        pixels = drawing.decode(image.read())
    assert pixels.shape == (SIZE[1], SIZE[0], 3)
    assert np.abs(pixels.astype(int) - desks.page_of(PAPER)).mean() < 3


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_that_was_read_turned_is_kept_upright(desk, monkeypatch, turned):
    upright = desks.page_of(PAPER)
    lying = np.ascontiguousarray(np.rot90(upright, k=turned // 90))
    monkeypatch.setattr(drawing, "draw", lambda *_, **__: iter([(1, lying)]))
    said = desks.PageText(1, *SIZE, turned, text_of(PAPER).lines)
    monkeypatch.setattr(reader, "read_page", lambda *_: (said, "fake/1"))
    document = desk.paper()
    with vault.open(document.drawn.get().image, actor=SYSTEM, purpose="test") as image:
        pixels = drawing.decode(image.read())
    assert np.abs(pixels.astype(int) - upright).mean() < 3


# A second engine


def test_a_second_engine_reads_dear_values_and_is_on_the_trail(desk, monkeypatch, settings):
    settings.SECOND_ENGINE = "owl"
    said = {"iban": IBAN, "grand_total": "8184.60"}
    monkeypatch.setattr(
        again, "_asked", lambda page, fields: {f.name: said[f.name] for f in fields}
    )
    document = desk.paper()
    seconds = {one.name: (one.evidence[-1], one.flags) for one in document.fields.all()}
    assert seconds["iban"] == ("agrees", [])
    assert seconds["grand_total"] == ("differs", ["differs"])
    assert seconds["issue_date"] == ("none", [])
    opened = Event.objects.filter(tag=Tag.ARTIFACT_OPENED, subject=document.original.pk)
    bodies = [bytes(event.body) for event in opened.order_by("id")]
    assert ["second reading" in body.decode() for body in bodies] == [False, True]


# Twice, and not at all


def test_a_second_reading_is_the_first(desk):
    document = desk.paper()
    events = Event.objects.count()
    again = extraction.read(document, job=intake.job_of(document))
    assert again == document.reading
    assert Reading.objects.count() == 1
    assert Event.objects.count() == events


def nothing_was_kept(document: Document, stored: Callable[[], list[object]]) -> bool:
    """Of the reading: the file and its name are all there is."""
    rows = any(kind.objects.filter(document=document).exists() for kind in (Reading, Field, Page))
    return not rows and kinds(document) == ["original", "fields"] and len(stored()) == 1


def test_a_job_that_was_taken_over_meanwhile_leaves_nothing(desk, stored, monkeypatch):
    document = desk.send()
    said = text_of(PAPER)

    def taken_over(*_: object) -> tuple[desks.PageText, str]:
        jobs.Job.objects.update(token=document.pk)  # another worker has the lease
        return said, "fake/1"

    monkeypatch.setattr(reader, "read_page", taken_over)
    assert desk.walk(document) == State.RUNNING
    assert nothing_was_kept(document, stored)
    assert not Event.objects.filter(tag=Tag.DOCUMENT_READ).exists()


def test_a_job_that_was_stopped_meanwhile_leaves_nothing(desk, stored, monkeypatch):
    document = desk.send()
    said = text_of(PAPER)

    def stopped(*_: object) -> tuple[desks.PageText, str]:
        jobs.stop(intake.FLOW, subject_id=document.pk, actor=SYSTEM, reason="test")
        return said, "fake/1"

    monkeypatch.setattr(reader, "read_page", stopped)
    assert desk.walk(document) == State.STOPPED
    assert nothing_was_kept(document, stored)


def test_a_blank_page_ends_the_job_with_a_sentence_that_helps(desk, stored):
    desk.lines = ()
    document = desk.send()
    assert desk.walk(document) == State.FAILED
    job = intake.job_of(document)
    assert (job.problem, job.explanation) == ("Unreadable", extraction.NOTHING_READ)
    assert "Scan it again" in job.explanation
    assert nothing_was_kept(document, stored)


def test_a_blank_page_among_others_is_no_trouble(desk, monkeypatch):
    desk.pages = 2
    said = {1: text_of(()), 2: text_of(PAPER, 2)}
    monkeypatch.setattr(reader, "read_page", lambda _, number: (said[number], "fake/1"))
    document = desk.paper()
    assert document.fields.get(name="iban").page == 2
    assert document.drawn.get(number=1).layout == []


def test_a_reader_that_cannot_be_reached_is_tried_again_later(desk, stored, monkeypatch):
    desk.pages = 2
    document = desk.send()
    said = text_of(PAPER)

    def breaks_on_the_second(_: object, number: int) -> tuple[desks.PageText, str]:
        if number == 2:
            raise Unavailable("The reader broke on this page.")
        return said, "fake/1"

    with monkeypatch.context() as patched:
        patched.setattr(reader, "read_page", breaks_on_the_second)
        assert desk.walk(document) == State.QUEUED
    assert nothing_was_kept(document, stored)
    jobs.Job.objects.update(due_at=document.created_at)
    assert desk.walk(document) == State.PARKED


def test_a_page_that_cannot_be_drawn_ends_the_job(desk, stored, monkeypatch):
    document = desk.send()

    def undrawable(*_: object, **__: object) -> None:
        raise Unreadable(drawing.NOT_DRAWN)

    monkeypatch.setattr(drawing, "draw", undrawable)
    assert desk.walk(document) == State.FAILED
    assert "Print the file" in intake.job_of(document).explanation
    assert nothing_was_kept(document, stored)


def test_an_original_whose_clock_ran_out_cannot_be_read(desk, stored):
    document = desk.send()
    vault.shred(document.original, actor=SYSTEM, reason="test")
    assert desk.walk(document) == State.FAILED
    assert intake.job_of(document).problem == "Gone"


# Erasing


def test_erasing_pages_leaves_the_fields(desk):
    document = desk.paper()
    extraction.erase_pages(document, actor=SYSTEM, reason="test")
    assert ArtifactClass.PAGE_IMAGE not in kinds(document)
    with pytest.raises(Gone):
        vault.open(document.drawn.get().image, actor=SYSTEM, purpose="test")
    assert contents(document)["iban"].value == IBAN


def test_erasing_fields_destroys_their_key_and_the_values(desk):
    document = desk.paper()
    before = bytes(document.fields.get(name="iban").sealed)
    cipher = cipher_of(document)
    extraction.erase_fields(document, actor=SYSTEM, reason="test")
    assert not document.fields.exclude(sealed=None).exists()
    with pytest.raises(Gone):
        cipher_of(document)
    field = document.fields.get(name="iban")
    field.sealed = before  # a copy of the row, from a backup
    assert field.content(cipher).value == IBAN  # opens only for who still holds the key
    extraction.erase_fields(document, actor=SYSTEM, reason="test")  # twice is once
    assert (field.name, field.confidence > 0) == ("iban", True)


# What a person types


def test_what_is_typed_is_read_by_the_document_s_own_habits(desk):
    document = desk.paper()
    rule = extraction.doctype_of(document).rule("iban")
    normalised, checks = extraction.check_typed(
        Habits(**document.reading.habits), rule, "DE89 3704 0044 0532 0130 00"
    )
    assert normalised == IBAN
    assert all(passed for _, passed in checks)
    _, checks = extraction.check_typed(
        Habits(**document.reading.habits), rule, "DE89 3704 0044 0532 0130 01"
    )
    assert checks == (("iban", False),)


def test_a_page_that_cannot_be_sealed_leaves_nothing_of_the_others(
    desk, stored, monkeypatch, caplog
):
    """Pages are sealed beside the reading of the next ones; what fails there is not lost."""
    desk.pages = 3
    document = desk.send()
    sealed = []
    seal = drawing.seal_image

    def fails_on_the_second(*arguments, **about) -> None:
        sealed.append(1)
        if len(sealed) == 2:
            raise Unavailable("There is no room to store this now.")
        seal(*arguments, **about)

    monkeypatch.setattr(drawing, "seal_image", fails_on_the_second)
    assert desk.walk(document) == State.QUEUED
    assert "nobody foresaw" not in caplog.text
    assert nothing_was_kept(document, stored)
