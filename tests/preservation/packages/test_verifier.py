"""Whoever forges evidence is found out by name, by a program that knows nothing of the portal."""

import json
import shutil
from types import SimpleNamespace

import bagit
import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from apps.audit import anchoring, covering, signing
from apps.preservation.jailed import mets
from apps.preservation.packages import bag_check
from portal.demo import stamping
from tests.conftest import _empty, _house, are_leaves
from tests.papers import invoice_png
from tests.preservation.conftest import recorded
from tests.preservation.packages import bags
from tests.preservation.packages.bags import failed, json_of, lines_of, seal, verify, write
from tests.sealing import NAME, Sealing, keys

CHECKS = (
    "files", "original", "checkpoint", "tree", "received", "record", "signatures", "approvals",
    "custody", "premis", "timestamp", "authority", "anchor",
)  # fmt: skip


@pytest.fixture(scope="module")
def packed(django_db_setup, django_db_blocker, tmp_path_factory):
    """Two packages of one organisation, with time stamps and an anchor; made once."""
    folder = tmp_path_factory.mktemp("packed")
    chosen = override_settings(
        VAULT_DIR=folder / "vault",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        TIMESTAMP_AUTHORITIES=["local:"],
        TIMESTAMPERS={"local": "portal.demo.stamping.answer"},
    )
    with django_db_blocker.unblock(), chosen, pytest.MonkeyPatch.context() as patch:
        patch.setattr(stamping, "folder", lambda: folder / "authority")
        patch.setattr(covering, "are_leaves", are_leaves)
        sealing = Sealing()
        try:
            with _house() as house:
                yield _two(house, sealing, folder)
        finally:
            sealing.close()
            connection.close()
            _empty()


def _two(house, sealing, folder):
    carl = bags.may_take_original(house.carl)
    records = [recorded(house, invoice_png(seed)) for seed in (1, 2)]
    for record in records:
        bags.stamped(record)
    sealing.drain()
    anchoring.anchor(now=timezone.now())
    with sealing.at_work():
        made = [bags.made(record, carl) for record in records]
        bare = bags.made(records[0], carl, original=False)
    bag, other, without = (bags.unpacked(one, folder) for one in (*made, bare))
    return SimpleNamespace(bag=bag, other=other, without=without, tsa=stamping.certificate())


@pytest.fixture
def bag(packed, tmp_path):
    return bags.copied(packed.bag, tmp_path)


def test_evidence_is_proven_and_says_what_it_cannot_prove(packed):
    code, said = verify(packed.bag, "--tsa", packed.tsa)
    assert (code, failed(said)) == (0, set()), said
    for check in CHECKS:
        assert f"ok    {check}" in said
    assert "RESULT  PROVEN" in said
    assert "Not proven here" in said


def test_without_a_key_of_ones_own_nothing_is_proven(packed):
    code, said = verify(packed.bag, "--tsa", packed.tsa, key="")
    assert (code, failed(said)) == (2, set())
    assert "RESULT  INCOMPLETE" in said


def test_without_the_original_or_an_authority_something_is_open(packed):
    code, said = verify(packed.without)
    assert (code, failed(said)) == (2, set())
    assert "?     original" in said
    assert "?     authority" in said
    assert not (packed.without / "data/original").exists()


def test_other_programs_take_the_bag(packed):
    bag = bagit.Bag(str(packed.bag))
    bag.validate()
    assert bag_check.check(packed.bag).errors == []
    assert bag.info["External-Identifier"] == packed.bag.name


def test_archives_can_read_what_happened(packed):
    reading = mets.read((packed.bag / "data/premis.xml").read_bytes(), now=timezone.now())
    assert (reading.errors, reading.faults) == ([], [])
    events = [one for one in reading.things if one.entity == "event"]
    assert len(events) == len(lines_of(packed.bag))
    assert events[0].said["eventType"]
    assert {one.said["linkingObjectIdentifierValue"] for one in events} == {
        json_of(packed.bag, "record.json")["reference"]
    }


def test_the_certificate_is_for_reading(packed):
    page = (packed.bag / "data/certificate.html").read_text()
    record = json_of(packed.bag, "record.json")
    for said in (
        record["reference"],
        record["sha256"],
        "Carl",
        "Halden Group",
        "verify_evidence.py",
    ):
        assert said in page
    assert "<script" not in page


# Forged with the manifests made to fit


def original_swapped(bag, other):
    [mine], [theirs] = (list((one / "data/original").iterdir()) for one in (bag, other))
    mine.write_bytes(theirs.read_bytes())


def record_edited(bag, other):
    record = json_of(bag, "record.json")
    write(bag, "record.json", {**record, "received_at": "2020-01-01T00:00:00+00:00"})


def hash_edited(bag, other):
    original_swapped(bag, other)
    theirs = json_of(other, "record.json")
    same = {name: theirs[name] for name in ("sha256", "sha512", "size")}
    write(bag, "record.json", {**json_of(bag, "record.json"), **same})


def proof_of_another_record(bag, other):
    proofs = json_of(bag, "proofs.json")
    write(bag, "proofs.json", {**proofs, "commitment": json_of(other, "proofs.json")["commitment"]})


def path_of_another_event(bag, other):
    lines = lines_of(bag)
    lines[0]["proof"] = lines[1]["proof"]
    bags.write_lines(bag, lines)


def event_changed(bag, other):
    lines = lines_of(bag)
    lines[-1]["body"] = lines[-1]["body"].replace("done", "failed", 1)
    bags.write_lines(bag, lines)


def event_dropped(bag, other):
    lines = lines_of(bag)
    bags.write_lines(bag, [*lines[:2], *lines[3:]])


def events_swapped(bag, other):
    lines = lines_of(bag)
    bags.write_lines(bag, [lines[1], lines[0], *lines[2:]])


def events_of_another_record(bag, other):
    shutil.copy(other / "data/custody.jsonl", bag / "data/custody.jsonl")


def verdict_edited(bag, other):
    write(bag, "signatures.json", {"signatures": [{"indication": "TOTAL-PASSED"}]})


def approval_added(bag, other):
    write(bag, "approvals.json", {"approvals": [{"what": "approved"}]})


def premis_hash_edited(bag, other):
    mine, theirs = (json_of(one, "record.json")["sha256"] for one in (bag, other))
    path = bag / "data/premis.xml"
    path.write_text(path.read_text().replace(mine, theirs))


def premis_event_dropped(bag, other):
    path = bag / "data/premis.xml"
    first, rest = path.read_text().split("<event>", 1)
    path.write_text(first + rest.split("</event>", 1)[1])


def premis_with_an_entity(bag, other):
    path = bag / "data/premis.xml"
    path.write_text('<!DOCTYPE premis [<!ENTITY a "b">]>' + path.read_text().split("?>", 1)[1])


def stamp_of_another(bag, other):
    shutil.copy(other / "data/timestamps/1.tsr", bag / "data/timestamps/1.tsr")


def renewal_of_another(bag, other):
    """A sound stamp of the same original, said to be over an earlier one that it is not over."""
    proofs = json_of(bag, "proofs.json")
    first, second = proofs["timestamps"]
    proofs["timestamps"] = [first, {**second, "over": second["file"]}]
    write(bag, "proofs.json", proofs)


def stamp_cut_off(bag, other):
    path = bag / "data/timestamps/1.tsr"
    path.write_bytes(path.read_bytes()[:200])


def foreign_checkpoint(bag, other):
    """Signed by a key that the package says is right."""
    ring = signing.read([signing.new(NAME)])
    head = keys().opened((bag / "data/checkpoint.txt").read_text())
    (bag / "data/checkpoint.txt").write_text(ring.sign(head))
    (bag / "data/keys.txt").write_text(str(ring.verifiers[0]))


def older_checkpoint(bag, other):
    note = (bag / "data/checkpoint.txt").read_text()
    origin, size, rest = note.split("\n", 2)
    (bag / "data/checkpoint.txt").write_text(f"{origin}\n{int(size) - 1}\n{rest}")


@pytest.mark.parametrize(
    ("forge", "found"),
    [
        (original_swapped, {"original"}),
        (record_edited, {"record"}),
        (hash_edited, {"received", "record", "premis", "timestamp"}),
        (proof_of_another_record, {"record", "custody"}),
        (path_of_another_event, {"tree"}),
        (event_changed, {"tree", "custody"}),
        (event_dropped, {"custody", "premis"}),
        (events_swapped, {"custody"}),
        (events_of_another_record, {"tree", "received", "custody", "premis"}),
        (verdict_edited, {"signatures"}),
        (approval_added, {"approvals"}),
        (premis_hash_edited, {"premis"}),
        (premis_event_dropped, {"premis"}),
        (premis_with_an_entity, {"premis"}),
        (stamp_of_another, {"timestamp"}),
        (renewal_of_another, {"timestamp"}),
        (stamp_cut_off, {"timestamp"}),
        (foreign_checkpoint, {"checkpoint"}),
        (older_checkpoint, {"checkpoint"}),
    ],
)
def test_a_forged_package_is_found_out_by_name(packed, bag, forge, found):
    forge(bag, packed.other)
    seal(bag)
    code, said = verify(bag)
    assert (code, failed(said)) == (1, found), said
    assert "RESULT  FAILED" in said


# Forged without touching the manifests


def file_added(bag):
    (bag / "data/more.txt").write_text("nothing")


def program_added(bag):
    (bag / "hashlib.py").write_text("")


def file_gone(bag):
    (bag / "data/approvals.json").unlink()


def original_cut_off(bag):
    [path] = (bag / "data/original").iterdir()
    path.write_bytes(path.read_bytes()[:-1])


def bit_flipped(bag):
    raw = bytearray((bag / "data/proofs.json").read_bytes())
    raw[-4] ^= 1
    (bag / "data/proofs.json").write_bytes(raw)


def manifest_gone(bag):
    (bag / "manifest-sha256.txt").unlink()


def led_elsewhere(bag):
    with (bag / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(f"{'0' * 64}  ../outside.txt\n")


@pytest.mark.parametrize(
    "damage",
    [file_added, program_added, file_gone, original_cut_off, bit_flipped, manifest_gone,
     led_elsewhere],
)  # fmt: skip
def test_a_damaged_package_is_found_out(bag, damage):
    damage(bag)
    code, said = verify(bag)
    assert code == 1, said
    assert "files" in failed(said)


@pytest.mark.parametrize("name", ["proofs.json", "record.json", "custody.jsonl"])
@pytest.mark.parametrize("text", ["", "[]", "{}", "\x00", '{"format": "another/9"}'])
def test_what_is_broken_fails_in_words(bag, name, text):
    (bag / "data" / name).write_text(text)
    seal(bag)
    code, said = verify(bag)
    assert code == 1
    assert "RESULT  FAILED" in said


def test_a_time_stamp_that_nobody_signed_is_found(packed, bag):
    path = bag / "data/timestamps/2.tsr"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    seal(bag)
    assert failed(verify(bag, "--tsa", packed.tsa)[1]) == {"authority"}


def test_a_checkpoint_that_somebody_kept_is_continued_or_not(packed, bag, tmp_path):
    kept = tmp_path / "kept.txt"
    kept.write_bytes((bag / "data/checkpoint.txt").read_bytes())
    code, said = verify(bag, "--old", kept)
    assert "ok    kept" in said
    proofs = json.loads((bag / "data/proofs.json").read_text())
    assert code == 2, proofs["size"]
