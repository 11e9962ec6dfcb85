"""docTR behind the port: what it is loaded from, and what becomes of its answers.

The real way is gone once, by docTR's own Python (`make doctr`), in `doctr_trial`.
"""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings as configured

from apps.base.errors import Unavailable
from apps.extraction import reader, rooms
from apps.extraction.engines import doctr, weights
from apps.extraction.engines.weights import NotTrusted, Part

ROOT = Path(__file__).parents[2]
NOT_THERE = "docTR is not installed: `make doctr` brings it"
CONTENT = {"det.pt": b"detection", "rec.pt": b"recognition"}
PIXELS = np.zeros((200, 400, 3), np.uint8)


# The manifest


def detection(**changes: str) -> Part:
    return Part(**{"file": "det.pt", "arch": "fast_base", "sha256": sha256("det.pt"), **changes})


def recognition(**changes: str) -> Part:
    usual = {"file": "rec.pt", "arch": "parseq", "sha256": sha256("rec.pt"), "vocab": "abc"}
    return Part(**{**usual, **changes})


def sha256(name: str) -> str:
    return hashlib.sha256(CONTENT[name]).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in CONTENT.items():
        (tmp_path / name).write_bytes(content)
    weights.write(tmp_path, detection=detection(), recognition=recognition())
    return tmp_path


def test_weights_that_are_what_the_manifest_says_are_taken(folder):
    trusted = weights.verified(folder)
    assert trusted.contents == CONTENT
    assert trusted.recognition.vocab == "abc"
    assert trusted.label == f"{sha256('det.pt')[:8]}.{sha256('rec.pt')[:8]}"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sha256": "0" * 64}, "not the one"),
        ({"sha256": hashlib.sha256(b"recognition").hexdigest()[:8]}, "whole SHA-256"),
        ({"sha256": hashlib.sha256(b"recognition").hexdigest().upper()}, "whole SHA-256"),
        ({"file": "gone.pt"}, "missing"),
        ({"file": "../rec.pt"}, "elsewhere"),
        ({"file": "/etc/passwd"}, "elsewhere"),
        ({"arch": "__init__"}, "unknown network"),
        ({"arch": "fast_base"}, "unknown network"),  # it finds text and cannot read any
        ({"vocab": ""}, "which characters"),
    ],
)
def test_weights_that_are_not_are_refused(folder, changes, why):
    weights.write(folder, detection=detection(), recognition=recognition(**changes))
    with pytest.raises(NotTrusted, match=why):
        weights.verified(folder)


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"detection": {}}', '{"detection": null}'])
def test_a_folder_without_a_usable_manifest_is_refused(folder, said):
    (folder / weights.MANIFEST).write_text(said)
    with pytest.raises(NotTrusted, match="no usable"):
        weights.verified(folder)


def test_a_file_that_changed_after_its_manifest_was_written_is_refused(folder):
    (folder / "det.pt").write_bytes(b"Detection")
    with pytest.raises(NotTrusted, match="not the one"):
        weights.verified(folder)


# Which docTR


@pytest.mark.parametrize(
    ("installed", "why"),
    [
        ({"python-doctr": "1.1.0", "doctr": "1.9.0"}, "not docTR"),
        ({"python-doctr": "1.0.0"}, "written for"),
        ({}, "written for"),
    ],
)
def test_another_docTR_is_refused(monkeypatch, installed, why):  # noqa: N802 - its own name
    monkeypatch.setattr(doctr, "_installed", installed.get)
    with pytest.raises(RuntimeError, match=why):
        doctr.refuse_others()


# Its answers


def said(text: str, sure: float, *corners: tuple[float, float]) -> dict[str, Any]:
    return {"value": text, "confidence": sure, "geometry": corners, "objectness_score": 0.9}


STRAIGHT = ((0.1, 0.2), (0.5, 0.3))
LEANING = ((0.1, 0.2), (0.5, 0.22), (0.5, 0.3), (0.1, 0.28))


@pytest.mark.parametrize("corners", [STRAIGHT, LEANING])
def test_each_character_has_the_confidence_of_its_word_and_an_equal_part_of_its_width(corners):
    word = doctr.word_of(said("1.50", 0.7, *corners))
    assert word is not None
    assert (word.text, word.confidence) == ("1.50", 0.7)
    assert [glyph.text for glyph in word.glyphs] == list("1.50")
    assert {glyph.confidence for glyph in word.glyphs} == {0.7}
    assert [glyph.left for glyph in word.glyphs] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    box = word.box
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((0.1, 0.2, 0.5, 0.3))


@pytest.mark.parametrize(
    "nothing",
    [
        said("", 0.9, *STRAIGHT),
        said(" ", 0.9, *STRAIGHT),
        said("a", 0.9, (0.5, 0.2), (0.5, 0.3)),
        said("a", 0.9, (1.2, 0.2), (1.4, 0.3)),
    ],
)
def test_what_has_no_text_or_no_place_is_no_word(nothing):
    assert doctr.word_of(nothing) is None


def test_a_word_that_reaches_over_the_edge_ends_at_it():
    word = doctr.word_of(said("ab", 1.01, (-0.1, 0.2), (0.5, 1.2)))
    assert word is not None
    assert (word.box.left, word.box.bottom, word.confidence) == (0.0, 1.0, 1.0)


def test_the_corners_of_a_word_are_in_pixels():
    straight = doctr.quad_of(said("a", 1.0, *STRAIGHT), PIXELS)
    assert straight == pytest.approx(np.array([[40, 40], [200, 40], [200, 60], [40, 60]]))
    assert doctr.quad_of(said("a", 1.0, *LEANING), PIXELS)[1].tolist() == pytest.approx([200, 44])


class Scripted(doctr.DoctrEngine):
    """An engine whose docTR says what a test says."""

    version = "1"

    def __init__(self, *pages: list[list[dict[str, Any]]], sure: tuple[float, float]) -> None:
        self.pages, self.sure, self.seen = iter(pages), iter(sure), []

    def _said(self, pixels: Any) -> list[list[dict[str, Any]]]:
        self.seen.append(pixels.shape)
        return next(self.pages)

    def _sure(self, crops: Any) -> list[float]:
        return [next(self.sure)] * len(crops)


WORDS = [said("Total", 0.95, *STRAIGHT), said("12.50", 0.97, (0.6, 0.2), (0.9, 0.3))]


def test_a_clear_page_is_read_once():
    engine = Scripted([WORDS], sure=())
    page = engine.read(PIXELS, 3)
    assert (page.number, page.turned, page.skew) == (3, 0, 0.0)
    assert [line.text for line in page.lines] == ["Total 12.50"]
    assert len(engine.seen) == 1


def test_a_page_on_its_side_is_turned_and_read_again():
    tall = [said("x", 0.4, (0.1, 0.1), (0.15, 0.9)), said("y", 0.4, (0.3, 0.1), (0.35, 0.9))]
    engine = Scripted([tall], [WORDS], sure=(0.4, 0.95))
    page = engine.read(PIXELS, 1)
    assert page.turned == 270
    assert engine.seen == [(200, 400, 3), (400, 200, 3)]
    assert [line.text for line in page.lines] == ["Total 12.50"]


def test_a_page_without_words_is_a_page():
    assert Scripted([], sure=()).read(PIXELS, 1).lines == []


# The real way


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """What docTR's own Python says of random weights, and the folder that holds good ones."""
    python = Path(configured.DOCTR_PYTHON)
    if not python.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NOT_THERE)
    folder = tmp_path_factory.mktemp("weights")
    ran = subprocess.run(
        [python, "-m", "tests.extraction.doctr_trial", str(folder)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(ran.stdout.splitlines()[-1]), folder / "good"


def test_slow_weights_come_through_as_they_were_made(trial):
    said, _ = trial
    assert said["tensors_equal"]
    assert said["version"].startswith(f"{doctr.PINNED}+")
    assert said["page"] == {"number": 7, "size": [300, 200]}


def test_slow_nothing_is_asked_of_a_network(trial):
    assert trial[0]["sockets"] == []


def test_slow_spoilt_weights_are_refused(trial):
    said, _ = trial
    assert (said["wrong_hash"], said["missing"]) == ("NotTrusted", "NotTrusted")
    assert said["pickle"] == "UnpicklingError"
    assert not said["went_off"]
    assert said["other_network"] == "RuntimeError"


def test_slow_our_table_of_what_is_published_is_docTR_s_own(trial):  # noqa: N802 - its own name
    assert trial[0]["published_differently"] == []


def test_slow_the_look_alike_is_refused(trial):
    assert "not docTR" in trial[0]["look_alike"]


def test_slow_the_reader_runs_behind_the_wall_with_its_own_interpreter(trial, settings):
    """Weights that a manifest does not name stop it there too."""
    said, settings.DOCTR_WEIGHTS = trial[0], str(trial[1])
    try:
        page, engine = reader.read_page(np.full((100, 200, 3), 255, np.uint8), 1, "doctr")
        assert engine == f"doctr/{said['version']}"
        assert (page.width, page.height) == (200, 100)
        assert 100 < reader.health().megabytes < rooms.room("doctr").fattest
    finally:
        reader.close()
    (trial[1] / weights.MANIFEST).unlink()
    with pytest.raises(Unavailable, match="did not start"):
        reader.read_page(PIXELS, 1, "doctr")
