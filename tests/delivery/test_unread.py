"""A paper that cannot be read: the job says what to do, and what is kept of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.base.types import Box
from apps.delivery import kept, overview
from apps.extraction import drawing, reader
from apps.extraction import services as extraction
from apps.extraction.engines import Glyph, Line, PageText, Word
from apps.extraction.models import Page
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.retention import services as retention
from tests.looking import said
from tests.review.classes import choose
from tests.review.desk import Desk, text_of

KEPT = "The original is kept until its clock runs out, and nobody has seen it."


@pytest.fixture
def page(desk: Desk, as_: Any) -> Callable[[Document], str]:
    def see(document: Document) -> str:
        return said(as_(desk.house.clara).get(f"/jobs/{document.reference}/"))

    return see


def test_a_paper_without_text_says_what_to_do_and_what_is_kept(desk, page):
    desk.lines = ()
    document = desk.send()
    assert desk.walk(document) == State.FAILED
    text = page(document)
    assert "This could not be read." in text
    assert f"{extraction.NOTHING_READ} {KEPT}" in text
    assert "Could not be read" in text
    assert {part.kind for part in kept.kept(document) if part.count} == {"original", "fields"}


def test_a_paper_that_cannot_be_drawn_says_what_to_do(desk, page, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise extraction.Unreadable(drawing.NOT_DRAWN)

    document = desk.send()
    monkeypatch.setattr(drawing, "draw", broken)
    assert desk.walk(document) == State.FAILED
    assert f"{drawing.NOT_DRAWN} {KEPT}" in page(document)


def test_once_the_original_is_gone_nobody_says_that_it_is_kept(desk, page):
    document = desk.unsure()
    retention.erase_due(now=document.created_at + timedelta(days=8))
    assert desk.walk(document) == State.FAILED
    text = page(document)
    assert extraction.CHOSEN_TOO_LATE in text
    assert "The original is erased." in text
    assert KEPT not in text


def test_the_api_says_the_same_sentence(desk, as_):
    desk.lines = ()
    document = desk.send()
    desk.walk(document)
    followed = overview.followed(desk.house.clara, reference=document.reference)
    assert (followed.state, followed.explanation) == ("failed", extraction.NOTHING_READ)


def test_a_paper_of_which_nothing_is_known_is_delivered_without_fields(desk, page):
    """A photo of a cat with a word on its collar: no class, no fields, no guess."""
    desk.lines = ("Tibbles",)
    document = desk.unsure(fields=())
    choose(desk, document, "other")
    assert intake.job_of(document).state == State.SUCCEEDED
    text = page(document)
    assert "It is none of the kinds we know, or too little of it could be read to tell." in text
    assert "scan it again, straight and in focus" in text


def test_a_known_paper_without_the_fields_that_were_asked_for_says_so(desk, page):
    document = desk.delivered(doctype="letter", fields=("iban",))
    assert "None of the fields you asked for belong to this class" in page(document)


def test_a_page_that_breaks_every_reader_says_what_to_do(desk, page, monkeypatch):
    """As one of more characters than a reader may answer with."""

    def broken(*_: object) -> None:
        raise reader.ReaderDied(reader.BROKE)

    document = desk.send()
    monkeypatch.setattr(reader, "read_page", broken)
    for _ in range(reader.ReaderDied.attempts):
        Job.objects.update(due_at=timezone.now())
        state = desk.walk(document)
    assert state == State.FAILED
    text = page(document)
    assert f"This could not be read. {reader.BROKE} {KEPT}" in text.replace("</strong>", "")


def test_a_page_full_of_words_goes_its_way(desk, monkeypatch):
    """A hundred thousand of them, each in the way of the slit."""
    full = crowded()
    monkeypatch.setattr(reader, "read_page", lambda *_: (full, "fake/1"))
    document = desk.paper(fields=("invoice_number",))
    assert intake.job_of(document).state == State.PARKED
    assert len(Page.objects.get().layout) > 100_000
    assert document.tasks.get().geometry["share"] < 0.02


def crowded() -> PageText:
    lines = [*text_of(("INVOICE", "Invoice No: 7771")).lines]
    for at in range(1000):
        top = 0.2 + at * 0.0007
        words = []
        for across in range(100):
            left = across / 101
            glyphs = [Glyph("tea", 0.99, left, left + 0.008)]
            words.append(Word("tea", Box(left, top, left + 0.008, top + 0.0006), 0.99, glyphs))
        lines.append(Line(words, Box(0.0, top, 1.0, top + 0.0006)))
    return PageText(1, 600, 850, 0, lines)
