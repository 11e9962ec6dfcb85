"""Calibrations as files: what is written is read, and what cannot be meant is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.extraction.calibration import files
from apps.extraction.calibration.files import BrokenCalibration, Source
from apps.extraction.calibration.writing import text_of
from tests.extraction.test_calibration import bins, known, worth

MADE = known(
    {("", "", ""): worth(-3.25), ("invoice", "amount", "tax_total"): worth(-1.5, 0.0)},
    sources=(Source("manifest", "receipt", 12, 40, 3, "f" * 64),),
    report={"ece": 0.0125, "fields": 40.0},
    bins={("invoice", "amount", "manifest"): bins(at_0_5=(100, 20), at_0_95=(900, 1))},
    steps=((-1.0, -0.5), (2.0, 1.75)),
)
SHIPPED = sorted(files.FOLDER.glob("*.toml"))


def load(tmp_path: Path, text: str) -> files.Calibration:
    path = tmp_path / "owl-1.toml"
    path.write_text(text)
    return files.load(path)


def test_what_is_written_is_read(tmp_path):
    read = load(tmp_path, text_of(MADE))
    for name in ("engine", "fitted_on", "command", "sources", "report", "models", "bins", "steps"):
        assert getattr(read, name) == getattr(MADE, name), name


def test_the_digest_is_of_the_file(tmp_path):
    one = load(tmp_path, text_of(MADE))
    other = load(tmp_path, text_of(MADE) + "\n")
    assert one.digest != other.digest
    assert one.digest[:8] in one.name


@pytest.mark.parametrize(
    ("said", "instead", "sentence"),
    [
        ('engine = "owl/1"', 'engine = "owl"', "engine must be a name and a version"),
        ("fitted_on = 2026-11-25", 'fitted_on = "today"', "fitted_on must be a date"),
        ("sure = 1.0", "sure = -0.1", "a weight must not be negative"),
        ("proved = 0.5", "proven = 0.5", "proved"),
        ("failed = 1.0", "failed = 1.0\nsmell = 1", r"weights know nothing of \['smell'\]"),
        ('doctype = ""', 'doctype = "moon"', "weights for every class and type must be given"),
        ('origin = "manifest"', 'origin = "hearsay"', "origin must be one of"),
        ("wrong = [0, 0", "wrong = [-1, 0", "none to all are wrong"),
        ("wrong = [0, 0", "wrong = [0", "bins must have"),
        ("edges = [0, 0.1", "edges = [0, 0.2", "edges must be those of the bins"),
        ("[2.0, 1.75]", "[2.0, -1.75]", "steps must rise"),
        ("[[bins]]", "[[bins", "owl-1.toml"),
    ],
)
def test_a_mistake_is_told_with_its_file(tmp_path, said, instead, sentence):
    text = text_of(MADE)
    assert said in text
    with pytest.raises(BrokenCalibration, match=rf"owl-1\.toml: .*{sentence}|{sentence}"):
        load(tmp_path, text.replace(said, instead, 1))


def test_bins_are_given_once(tmp_path):
    text = text_of(MADE)
    with pytest.raises(BrokenCalibration, match="bins must be given once"):
        load(tmp_path, text + text[text.index("[[bins]]") :])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_is_shipped_loads_and_is_named_after_its_engine(path):
    one = files.load(path)
    assert path.stem == one.engine.replace("/", "-")


def test_the_default_engine_is_calibrated():
    """On documents with known truth, which its file counts."""
    [one] = [one for name, one in files.load_all().items() if name.startswith("rapidocr/")]
    assert {source.origin for source in one.sources} >= {"manifest"}
    assert all(source.fields >= source.wrong for source in one.sources)
    assert one.report["fields"] == sum(source.fields for source in one.sources)
