"""Verdicts of others against ours, counted."""

import json

import pytest

from portal.evaluation import conformance


@pytest.fixture
def manifest(tmp_path):
    """A bag that is one, a folder that is none, and two documents; of each kind one expected."""
    (tmp_path / "bag/data").mkdir(parents=True)
    (tmp_path / "bag/bagit.txt").write_text(
        "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    )
    (tmp_path / "bag/manifest-md5.txt").write_text("")
    (tmp_path / "none").mkdir()
    (tmp_path / "good.xml").write_text('<premis xmlns="http://www.loc.gov/premis/v3"/>')
    (tmp_path / "bad.xml").write_text("<premis")
    bag, mets = {"warn": False}, {"format": "PREMIS"}
    entries = [
        {"id": "1", "file": "bag", "kind": "bagit_bag", "expected": {**bag, "valid": True}},
        {"id": "2", "file": "none", "kind": "bagit_bag", "expected": {**bag, "valid": True}},
        {
            "id": "3",
            "file": "good.xml",
            "kind": "premis_mets",
            "expected": {**mets, "parses": True},
        },
        {
            "id": "4",
            "file": "bad.xml",
            "kind": "premis_mets",
            "expected": {**mets, "parses": False},
        },
    ]
    path = tmp_path / "manifest.jsonl"
    path.write_text("\n".join(map(json.dumps, entries)))
    return path


@pytest.mark.parametrize(
    ("kind", "right", "wrong", "named"), [("bagit_bag", 1, 1, ["2"]), ("premis_mets", 2, 0, [])]
)
def test_verdicts_are_counted_and_wrong_ones_named(manifest, capsys, kind, right, wrong, named):
    figures = conformance.measure(conformance.cases(manifest, kind=kind))
    assert figures == {"right": right, "wrong": wrong}
    assert capsys.readouterr().err == "".join(f"wrong: {name}\n" for name in named)


def test_a_bag_that_should_be_warned_of_and_is_not_counts_as_wrong(manifest):
    [bag, _] = conformance.cases(manifest, kind="bagit_bag")
    assert bag.is_right
    warned = conformance.Case(bag.id, bag.kind, bag.path, {"valid": True, "warn": True})
    assert not warned.is_right
