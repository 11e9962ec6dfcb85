"""`evaluate` and `calibrate` on a tiny manifest, with the engine that always reads the same."""

import io
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.extraction import reader
from apps.extraction.calibration import files
from apps.extraction.engines.fake import LINES
from apps.extraction.fields import Found, Second
from apps.review.models import Lesson
from portal.evaluation import drawn, examples, reading
from tests.evaluation.world import examples as world
from tests.papers import invoice_png
from tests.review.desk import text_of

READ = {"invoice_number": "4711", "issue_date": "2026-11-14", "grand_total": "1284.60"}
WRONG = {**READ, "grand_total": "1284.66"}
BROKEN = b"\x89PNG\r\n\x1a\nnothing"

pytestmark = pytest.mark.django_db


@pytest.fixture
def manifest(tmp_path) -> Path:
    """Two invoices that read the same, one of them differing from what is said of it."""
    return made(tmp_path, {"right": READ, "wrong": WRONG})


def made(folder: Path, truths: dict[str, dict[str, str]], **pictures: bytes) -> Path:
    lines = []
    for name, fields in truths.items():
        (folder / f"{name}.png").write_bytes(pictures.get(name, invoice_png()))
        expected = {"document_type": "invoice", "fields": fields}
        lines.append({"id": name, "file": f"{name}.png", "kind": "invoice", "expected": expected})
    path = folder / "manifest.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


def said(*arguments: object, **options: object) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out, **options)
    return json.loads(out.getvalue())


# evaluate


def test_evaluating_prints_every_figure_once(manifest):
    told = said("evaluate", "--manifest", manifest, "--kind", "invoice")
    figures = told["figures"]
    assert figures["fields"] == 6
    assert (figures["grand_total_accuracy"], figures["invoice_number_accuracy"]) == (0.5, 1.0)
    assert figures["auto_precision"] == 0.75  # of the four that are sure
    assert figures["review_share"] == pytest.approx(0.3333)
    assert (figures["class_accuracy"], figures["crashes"]) == (1.0, 0)
    assert {
        "auto_share", "after_review_accuracy", "ece", "auroc", "review_share_for_98",
        "review_share_for_99", "review_share_for_995", "pages_per_s",
    } <= set(figures)  # fmt: skip
    assert told["settings"]["engines"] == ["fake/1"]


def test_invoices_are_scored_twice(manifest):
    figures = said("evaluate", "--manifest", manifest, "--kind", "invoice")["figures"]
    twice = {name for name in figures if f"raster_{name}" in figures}
    assert {"grand_total_accuracy", "auto_precision", "review_share", "ece"} <= twice
    assert all(figures[name] == figures[f"raster_{name}"] for name in twice)


def test_as_pictures_invoices_have_no_second_reading(manifest, monkeypatch):
    heard = []
    understand = reading.understand

    def listen(*arguments: Any, said: Any = None, **options: Any) -> Any:
        heard.append(said)
        return understand(*arguments, **options)

    monkeypatch.setattr(reading, "understand", listen)
    monkeypatch.setattr(reading, "witnesses", lambda path: "a witness")
    said("evaluate", "--manifest", manifest, "--kind", "invoice")
    assert heard == ["a witness", None] * 2


def test_curves_stand_beside_the_figures(manifest):
    curves = said("evaluate", "--manifest", manifest)["curves"]
    assert sum(point["fields"] for point in curves["reliability"]) == 6
    assert curves["risk_coverage"][0]["review"] == 0.0


def test_a_document_that_breaks_is_counted_and_stops_no_other(tmp_path):
    path = made(tmp_path, {"broken": READ, "right": READ}, broken=BROKEN)
    figures = said("evaluate", "--manifest", path)["figures"]
    assert (figures["crashes"], figures["fields"]) == (1, 3)


def test_a_stricter_target_accepts_less(manifest):
    strict = said("evaluate", "--manifest", manifest, "--error-target", "0.00001")
    assert strict["figures"]["auto_share"] == 0.0


def test_two_engines_are_compared(manifest, tmp_path):
    page = tmp_path / "report.html"
    options = ("--engine", "fake", "--engine", "", "--html", page)
    told = said("evaluate", "--manifest", manifest, *options)
    assert told["settings"]["engines"] == ["fake/1", "fake/1"]
    assert "engines" in told
    assert "Compared" in page.read_text()


def test_the_page_shows_what_was_accepted_wrongly_and_needs_nothing_else(manifest, tmp_path):
    page = tmp_path / "report.html"
    said("evaluate", "--manifest", manifest, "--html", page)
    text = page.read_text()
    assert "Accepted and wrong: 1" in text
    assert "1284.66" in text
    assert text.count("data:image/png;base64,") == 1
    addresses = re.findall(r'(?:src|href)="([^"]{0,20})', text)
    assert addresses
    assert all(address.startswith("data:") for address in addresses)


def test_the_pairs_of_a_form_are_found_by_place(tmp_path):
    box = [60, 80, 540, 500]  # of nearly the whole page
    form = [
        {"id": 0, "label": "question", "text": "No", "box": [0, 0, 9, 9], "linking": [[0, 1]]},
        {"id": 1, "label": "answer", "text": "4711", "box": box, "linking": [[0, 1]]},
    ]
    (tmp_path / "right.json").write_text(json.dumps({"form": form}))
    path = made(tmp_path, {"right": {}})
    entry = {**json.loads(path.read_text()), "expected_files": ["right.json"]}
    path.write_text(json.dumps(entry))
    figures = said("evaluate", "--manifest", path)["figures"]
    shares = (figures["pairs"], figures["pairs_found_share"], figures["pairs_right_share"])
    assert shares == (1, 1.0, 1.0)


def test_without_a_manifest_nothing_is_measured(tmp_path):
    for command in ("evaluate", "calibrate"):
        with pytest.raises(CommandError, match=r"no (such )?manifest"):
            call_command(command, "--manifest", str(tmp_path / "gone"))


def test_an_engine_that_is_named_has_a_reader_of_its_own(manifest):
    pages, engine = reading.read(manifest.parent / "right.png", engine="fake")
    assert (engine, len(pages)) == ("fake/1", 1)
    assert "fake/1" in reader.health().engines


# calibrate


def test_calibrating_writes_a_file_that_loads(manifest, tmp_path):
    out = tmp_path / "fake-1.toml"
    told = said("calibrate", "--manifest", manifest, "--out", out)
    made = files.load(out)
    assert made.engine == told["settings"]["engine"] == "fake/1"
    assert made.command == "manage.py calibrate --manifest manifest.jsonl"
    [source] = made.sources
    assert (source.origin, source.documents, source.fields, source.wrong) == ("manifest", 2, 6, 1)
    assert source.digest == examples.digest([manifest])
    assert made.report["fields"] == told["figures"]["fields"] == 6


def test_nothing_of_a_document_gets_into_the_file(manifest, tmp_path):
    out = tmp_path / "fake-1.toml"
    said("calibrate", "--manifest", manifest, "--out", out)
    text = out.read_text()
    assert [word for word in (*READ.values(), "1284.66", "right.png") if word in text] == []
    assert str(tmp_path) not in text


def test_drawn_documents_count_for_less(monkeypatch):
    monkeypatch.setattr(drawn, "KINDS", {"invoice": None})
    found = list(examples.from_drawn(2, engine="", tell=str))
    assert {engine for engine, _ in found} == {"fake/1"}
    about = {(one.origin, one.kind, one.weight) for _, one in found}
    assert about == {("drawn", "invoice", examples.DRAWN_COUNTS)}
    assert len({one.document for _, one in found}) == 2


def test_the_same_documents_are_drawn_each_time():
    with drawn.entries(1) as first, drawn.entries(1) as second:
        pairs = list(zip(first, second, strict=True))
        assert len(pairs) == len(drawn.KINDS)
        for one, other in pairs[:2]:
            assert one.path.read_bytes() == other.path.read_bytes()
            assert one.truth == other.truth
    assert not pairs[0][0].path.exists()


def test_a_document_with_second_readings_is_seen_with_them_and_without(manifest, monkeypatch):
    understand = reading.understand

    def agreeing(*arguments: Any, said: Any = None, **options: Any) -> Any:
        guess, found = understand(*arguments, **options)
        return guess, [backed(one) for one in found] if said else found

    monkeypatch.setattr(reading, "witnesses", lambda path: "a witness")
    monkeypatch.setattr(reading, "understand", agreeing)
    found = [one for _, one in examples.from_manifest(manifest, engine="", tell=str)]
    assert Counter(one.evidence.second for one in found) == {Second.NONE: 6, Second.AGREES: 6}
    assert {one.weight for one in found} == {examples.BOTH_WAYS}


def test_where_second_readings_say_nothing_a_document_counts_once(manifest):
    found = [one for _, one in examples.from_manifest(manifest, engine="", tell=str)]
    assert len(found) == 6
    assert {one.weight for one in found} == {1.0}


def test_people_of_the_installation_teach_as_well(house, manifest, tmp_path):
    for one in world(4, seed=1):
        lesson(house, one)
    out = tmp_path / "fake-1.toml"
    said("calibrate", "--manifest", manifest, "--out", out)
    [here] = [one for one in files.load(out).sources if one.origin == "installation"]
    assert (here.kind, here.fields) == ("audit", 20)


def test_with_nothing_to_learn_from_nothing_is_written(tmp_path):
    out = tmp_path / "fake-1.toml"
    with pytest.raises(CommandError, match="nothing to learn from"):
        call_command("calibrate", "--out", str(out))
    assert not out.exists()


def backed(one: Any) -> Any:
    if isinstance(one, Found):
        return replace(one, evidence=replace(one.evidence, second=Second.AGREES))
    return one


def lesson(house: Any, one: Any) -> None:
    seen = one.evidence
    Lesson.objects.create(
        organisation_id=house.halden.pk,
        engine="fake/1",
        doctype=one.doctype,
        type=one.type,
        field=one.field,
        reason="audit",
        evidence=[seen.read, seen.chosen, seen.proved, seen.second.value],
        confidence=0.9,
        failed=False,
        flagged=False,
        weight=50.0,
        right=one.right,
    )


def test_the_engine_of_the_tests_reads_what_they_expect():
    assert READ["grand_total"] in " ".join(LINES)
    assert text_of(LINES).words
    reader.close()
