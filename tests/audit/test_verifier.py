"""Whoever tampers with an export is found out by name."""

import hashlib
import json
import shutil

import pytest
from django.utils import timezone

from apps.audit import anchoring, signing
from apps.base.scope import acting_for
from portal.demo import stamping
from tests.audit import bags
from tests.audit.bags import export, failed, lines_of, proofs_of, verify
from tests.audit.exported import KEY, changed, happen
from tests.sealing import NAME, keys


def forged(bag, **proofs):
    """Other proofs, under manifests that fit."""
    (bag / "data/proofs.json").write_text(json.dumps({**proofs_of(bag), **proofs}))
    bags.seal(bag)


def anchor_forged(bag, **changes):
    [anchor] = proofs_of(bag)["anchors"]
    forged(bag, anchors=[{**anchor, **changes}])


def test_an_export_is_proven(bag, stamped):
    code, said = verify(bag, "--key", KEY, "--tsa", str(stamped))
    assert (code, failed(said)) == (0, set()), said
    for check in ("files", "checkpoint", "order", "tree", "numbers", "csv", "details", "anchors",
                  "timestamps"):  # fmt: skip
        assert f"ok    {check}" in said
    assert "RESULT  PROVEN" in said


def test_without_a_key_of_ones_own_nothing_is_proven(bag, stamped):
    code, said = verify(bag, "--tsa", str(stamped))
    assert (code, failed(said)) == (2, set())
    assert "RESULT  INCOMPLETE" in said


def test_without_the_authoritys_certificates_something_is_open(bag):
    code, said = verify(bag, "--key", KEY)
    assert (code, failed(said)) == (2, set())
    assert "?     timestamps" in said


def test_a_selection_proves_each_event_and_says_what_it_cannot(halden, sealing, tmp_path):
    happen(halden, 9)
    sealing.drain()
    export(tmp_path / "export", halden, chosen={0, 3, 8})
    code, said = verify(tmp_path / "export", "--key", KEY)
    assert code == 0, said
    assert "cannot be proven" in said
    lines = lines_of(tmp_path / "export")
    bags.write(tmp_path / "export", [lines[0], changed(lines[1], outcome="denied"), lines[2]])
    code, said = verify(tmp_path / "export", "--key", KEY)
    assert (code, failed(said)) == (1, {"tree"})
    bags.write(tmp_path / "export", [lines[0], lines[0], lines[2]])
    code, said = verify(tmp_path / "export", "--key", KEY)
    assert (code, failed(said)) == (1, {"order"})


# Forged afterwards, manifests included


def outcome_changed(lines):
    return [*lines[:3], changed(lines[3], outcome="denied"), *lines[4:]]


def dropped_at_the_end(lines):
    return lines[:-1]


def dropped_in_the_middle(lines):
    return [*lines[:4], *lines[5:]]


def dropped_and_renumbered(lines):
    kept = [*lines[:4], *lines[5:]]
    return [{**line, "index": lines[0]["index"] + place} for place, line in enumerate(kept)]


def swapped(lines):
    one, other = lines[4], lines[5]
    return [*lines[:4], {**other, "index": one["index"]}, {**one, "index": other["index"]},
            *lines[6:]]  # fmt: skip


def words_changed(lines):
    [told] = [line for line in lines if "detail" in line]
    return [{**line, "detail": {"question": "Why not?"}} if line is told else line
            for line in lines]  # fmt: skip


@pytest.mark.parametrize(
    ("forge", "found"),
    [
        (outcome_changed, {"tree"}),
        (dropped_at_the_end, {"order", "tree"}),
        (dropped_in_the_middle, {"order", "tree", "numbers"}),
        (dropped_and_renumbered, {"order", "tree", "numbers"}),
        (swapped, {"tree"}),
        (words_changed, {"details"}),
    ],
)
def test_forged_events_are_found(bag, stamped, forge, found):
    bags.write(bag, forge(lines_of(bag)))
    code, said = verify(bag, "--key", KEY, "--tsa", str(stamped))
    assert (code, failed(said)) == (1, found), said
    assert "RESULT  FAILED" in said


def test_another_number_of_events_on_the_checkpoint_is_found(bag, stamped):
    note = (bag / "data/checkpoint.txt").read_text()
    origin, size, rest = note.split("\n", 2)
    (bag / "data/checkpoint.txt").write_text(f"{origin}\n{int(size) - 1}\n{rest}")
    bags.seal(bag)
    code, said = verify(bag, "--key", KEY)
    assert (code, failed(said)) == (1, {"checkpoint"})
    assert "signature of portal.test is wrong" in said


def test_a_checkpoint_of_another_hand_is_found(bag):
    other = signing.read([signing.new(NAME)])
    head = keys().opened((bag / "data/checkpoint.txt").read_text())
    (bag / "data/checkpoint.txt").write_text(other.sign(head))
    (bag / "data/keys.txt").write_text(str(other.verifiers[0]))
    bags.seal(bag)
    code, said = verify(bag, "--key", KEY)
    assert (code, failed(said)) == (1, {"checkpoint"})


def test_a_spreadsheet_that_says_something_else_is_found(bag):
    table = bag / "data/events.csv"
    table.write_text(table.read_text().replace("key.made", "key.lost", 1))
    bags.seal(bag)
    assert failed(verify(bag, "--key", KEY)[1]) == {"csv"}


def test_a_formula_is_safe_in_the_spreadsheet(bag):
    assert ",'=cmd()," in (bag / "data/events.csv").read_text()


def test_a_foreign_time_stamp_is_found(bag, stamped, halden):
    token = bag / "data/anchors/0.tsr"
    query, _ = anchoring.authorities.query(b"another checkpoint")
    token.write_bytes(stamping.answer("local:", query))
    bags.seal(bag)
    code, said = verify(bag, "--key", KEY, "--tsa", str(stamped))
    assert (code, failed(said)) == (1, {"anchors"})


def test_a_time_stamp_that_nobody_signed_is_found(bag, stamped):
    token = bag / "data/anchors/0.tsr"
    raw = bytearray(token.read_bytes())
    raw[-1] ^= 1
    token.write_bytes(raw)
    bags.seal(bag)
    assert failed(verify(bag, "--key", KEY, "--tsa", str(stamped))[1]) == {"timestamps"}


def test_a_number_that_is_none_of_its_place_is_found(bag):
    lines = lines_of(bag)
    bags.write(bag, [*lines[:4], {**lines[4], "index": lines[4]["index"] + 900}, *lines[5:]])
    assert failed(verify(bag, "--key", KEY)[1]) == {"order"}


def test_a_range_that_begins_elsewhere_is_found(bag):
    proofs = proofs_of(bag)
    forged(bag, left=[*proofs["left"], proofs["left"][0]])
    code, said = verify(bag, "--key", KEY)
    assert (code, failed(said)) == (1, {"tree"})
    assert "do not fit its beginning" in said


def test_columns_of_another_name_are_found(bag):
    table = bag / "data/events.csv"
    table.write_text(table.read_text().replace("actor", "boss", 1))
    bags.seal(bag)
    assert failed(verify(bag, "--key", KEY)[1]) == {"csv"}


# Anchors that say more than an authority saw


def test_a_tree_that_the_log_does_not_hold_is_found(bag):
    """The newest checkpoint is called the one that the authority saw."""
    newest, _ = (bag / "data/checkpoint.txt").read_text().rsplit("\n\n", 1)
    anchor_forged(bag, body=newest + "\n")
    assert failed(verify(bag, "--key", KEY)[1]) == {"anchors"}


def test_the_tree_of_somebody_else_is_no_anchor_of_this_one(
    halden, real_house, sealing, stamped, tmp_path
):
    """Though the log holds it, and an authority saw the log."""
    happen(halden, 3)
    happen(real_house.northmere.pk, 3)
    sealing.drain()
    anchoring.anchor(now=timezone.now())
    export(tmp_path / "export", halden)
    with acting_for(real_house.northmere.pk):
        [theirs] = anchoring.anchors(real_house.northmere.pk)
    path = [bags.b64(step) for step in theirs.path]
    anchor_forged(tmp_path / "export", body=theirs.body, index=theirs.index, path=path)
    assert failed(verify(tmp_path / "export", "--key", KEY)[1]) == {"anchors"}


def test_an_anchor_of_a_tree_that_this_does_not_begin_with_is_found(bag):
    proofs = proofs_of(bag)
    path = proofs["consistency"][0]["path"]
    wrong = [bags.b64(b"\0" * 32), *path[1:]]
    forged(bag, consistency=[{**proofs["consistency"][0], "path": wrong}])
    code, said = verify(bag, "--key", KEY)
    assert (code, failed(said)) == (1, {"anchors"})
    assert "was rewritten since anchor" in said


# Forged without touching the manifests


def test_a_bit_that_flipped_is_found(bag):
    events = bag / "data/events.jsonl"
    raw = bytearray(events.read_bytes())
    raw[40] ^= 1
    events.write_bytes(raw)
    assert "files" in failed(verify(bag, "--key", KEY)[1])


@pytest.mark.parametrize("name", ["data/more.txt", "more.txt"])
def test_a_file_that_was_added_is_found(bag, name):
    (bag / name).write_text("nothing")
    assert failed(verify(bag, "--key", KEY)[1]) == {"files"}


def test_a_file_that_is_gone_is_found(bag):
    (bag / "data/keys.txt").unlink()
    assert "files" in failed(verify(bag, "--key", KEY)[1])


@pytest.mark.parametrize("name", ["../outside.txt", "data/../../outside.txt", "{absolute}"])
def test_a_manifest_leads_nowhere_else(bag, name):
    """Not even to a file that is as the manifest says."""
    outside = bag.parent / "outside.txt"
    outside.write_text("secret")
    name = name.format(absolute=outside)
    with (bag / "tagmanifest-sha256.txt").open("a") as manifest:
        manifest.write(f"{hashlib.sha256(b'secret').hexdigest()}  {name}\n")
    code, said = verify(bag, "--key", KEY)
    assert (code, failed(said)) == (1, {"files"})
    assert "lies elsewhere" in said


def test_a_link_is_no_file_of_an_export(bag):
    """Wherever it leads, and even if that is as the manifest says."""
    table = bag / "data/events.csv"
    table.rename(bag.parent / "elsewhere.csv")
    table.symlink_to(bag.parent / "elsewhere.csv")
    assert failed(verify(bag, "--key", KEY)[1]) == {"files"}


@pytest.mark.parametrize(
    "break_it",
    [
        lambda bag: (bag / "data/proofs.json").write_text("[]"),
        lambda bag: (bag / "data/proofs.json").write_text('{"format": "another/9"}'),
        lambda bag: (bag / "data/events.jsonl").write_text('{"index": 1}\n'),
        lambda bag: (bag / "data/events.jsonl").write_text("\x00"),
        lambda bag: (bag / "data/checkpoint.txt").write_text("x"),
        lambda bag: shutil.rmtree(bag / "data"),
        lambda bag: (bag / "manifest-sha256.txt").unlink(),
    ],
)
def test_what_is_broken_fails_in_words(bag, break_it):
    break_it(bag)
    code, said = verify(bag, "--key", KEY)
    assert code == 1
    assert "RESULT  FAILED" in said


def test_the_size_in_the_proofs_is_that_of_the_checkpoint(bag):
    forged(bag, size=proofs_of(bag)["size"] + 1)
    assert "order" in failed(verify(bag, "--key", KEY)[1])
