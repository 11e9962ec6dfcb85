"""Whoever tampers with an export, or with the database before it, is found out by name."""

import json
import shutil
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from apps.audit import anchoring, canonical, details, signing, tree
from apps.audit import services as audit
from apps.audit.models import Anchor, Event
from apps.audit.tags import Tag
from apps.base.types import Actor
from portal.demo import stamping
from tests.audit import bags
from tests.audit.bags import export, failed, lines_of, proofs_of, verify
from tests.conftest import _owner
from tests.sealing import NAME, Sealing, keys

ACTOR = Actor("system:test")
KEY = str(keys().verifiers[0])
COUNT = 12


def happen(organisation, count=1, **more):
    with transaction.atomic():
        return [
            audit.record(
                Tag.KEY_MADE, actor=ACTOR, subject="=cmd()", organisation=organisation, **more
            )
            for _ in range(count)
        ]


@pytest.fixture
def halden(real_house):
    return real_house.halden.pk


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """One key for the demo's authority: making one takes longer than all else."""
    return tmp_path_factory.mktemp("authority")


@pytest.fixture
def stamped(settings, monkeypatch, authority):
    settings.TIMESTAMP_AUTHORITIES = ["local:"]
    settings.TIMESTAMPERS = {"local": "portal.demo.stamping.answer"}
    monkeypatch.setattr(stamping, "folder", lambda: authority)
    return stamping.certificate()


@pytest.fixture
def bag(halden, sealing, stamped, tmp_path):
    """A range in the middle of a tree, with an anchor and with words that are disclosed."""
    happen(halden, 5)
    sealing.drain()
    anchoring.anchor(now=timezone.now())
    [told] = happen(halden, detail={"question": "Why was Clara's paper opened?"}, reason="audit")
    happen(halden, COUNT)
    sealing.drain()
    kept = details.of(told)
    disclosed = {told.pk: (kept.words, bytes(kept.salt).hex())}
    folder = tmp_path / "export"
    size = tree.checkpoint(halden).size
    first = tree.index_of(told.pk) - 2
    export(folder, halden, first=first, after=size - 1, details=disclosed)
    return folder


def changed(line, **changes):
    body = canonical.decode(line["body"].encode())
    return {**line, "body": canonical.encode({**body, **changes}).decode()}


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


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/passwd", "data/../../outside.txt"])
def test_a_manifest_leads_nowhere_else(bag, name):
    with (bag / "manifest-sha256.txt").open("a") as manifest:
        manifest.write(f"{'0' * 64}  {name}\n")
    code, said = verify(bag, "--key", KEY)
    assert (code, "lies elsewhere" in said) == (1, True) or "was changed" in said


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


# Forged in the database, before anything was exported


@contextmanager
def unguarded(*tables):
    """The database of somebody who owns the tables and switches their guards off."""
    with _owner() as db, db.transaction():
        for table in tables:
            db.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        yield db
        for table in tables:
            db.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")


def rewritten(statement, *values):
    with unguarded("audit_event", "audit_leaf") as db:
        assert db.execute(statement, values).rowcount


def test_a_body_that_the_database_rewrote_is_found(halden, sealing, tmp_path):
    [event, *_] = happen(halden, 3)
    sealing.drain()
    body = canonical.decode(bytes(event.body))
    rewritten(
        "UPDATE audit_event SET body = %s WHERE id = %s",
        canonical.encode({**body, "actor": "user:nobody"}), event.pk,
    )  # fmt: skip
    export(tmp_path / "export", halden)
    assert failed(verify(tmp_path / "export", "--key", KEY)[1]) == {"tree"}


def test_a_rewritten_leaf_is_found_too(halden, sealing, tmp_path):
    [event, *_] = happen(halden, 3)
    sealing.drain()
    body = canonical.decode(bytes(event.body))
    body = canonical.encode({**body, "actor": "user:nobody"})
    rewritten("UPDATE audit_event SET body = %s WHERE id = %s", body, event.pk)
    rewritten(
        "UPDATE audit_leaf SET hash = %s WHERE event_id = %s",
        bags.hashlib.sha256(b"\x00" + body).digest(), event.pk,
    )  # fmt: skip
    export(tmp_path / "export", halden)
    assert failed(verify(tmp_path / "export", "--key", KEY)[1]) == {"tree"}


def test_an_event_deleted_before_it_had_a_place_is_found(halden, sealing, tmp_path):
    happen(halden)
    [gone] = happen(halden)
    happen(halden)
    rewritten("DELETE FROM audit_event WHERE id = %s", gone.pk)
    with _owner() as db:
        db.execute("DELETE FROM audit_pending WHERE event_id = %s", [gone.pk])
    sealing.drain()
    export(tmp_path / "export", halden)
    code, said = verify(tmp_path / "export", "--key", KEY)
    assert (code, failed(said)) == (1, {"numbers"})


def test_numbers_of_what_was_rolled_back_are_not_missing(halden, sealing, tmp_path):
    happen(halden)
    with pytest.raises(LookupError), transaction.atomic():
        happen(halden, 3)
        raise LookupError
    happen(halden)
    sealing.drain()
    export(tmp_path / "export", halden)
    assert verify(tmp_path / "export", "--key", KEY)[0] == 0
    last = canonical.decode(bytes(Event.objects.order_by("-pk").first().body))
    assert last["void"] == [[last["number"] - 3, last["number"] - 1]]


@pytest.fixture
def kept(halden, sealing, tmp_path):
    """What an officer kept of the trail, before somebody puts an old backup in its place."""
    happen(halden, 4)
    sealing.drain()
    with _owner() as db:
        state = {
            table: db.execute(f"SELECT * FROM {table}").fetchall()
            for table in ("audit_leaf", "audit_checkpoint", "audit_edge", "audit_pending")
        }
    happen(halden, 4)
    sealing.drain()
    path = tmp_path / "kept.txt"
    path.write_bytes(tree.checkpoint(halden).note)
    return path, state


def rolled_back(state):
    with unguarded("audit_leaf", "audit_checkpoint") as db:
        for table, rows in state.items():
            db.execute(f"DELETE FROM {table}")
            for row in rows:
                db.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", row)


def test_a_cut_off_tail_is_found_by_a_kept_checkpoint(halden, sealing, tmp_path, kept):
    path, state = kept
    rolled_back(state)
    export(tmp_path / "export", halden)
    code, said = verify(tmp_path / "export", "--key", KEY, "--old", str(path))
    assert (code, failed(said)) == (1, {"kept"})


def test_an_old_backup_that_went_on_is_found_by_a_kept_checkpoint(halden, sealing, tmp_path, kept):
    path, state = kept
    size = keys().opened(path.read_text()).size
    rolled_back(state)
    happen(halden, 9)
    sealing.drain()
    export(tmp_path / "export", halden, old=[size])
    _, said = verify(tmp_path / "export", "--key", KEY, "--old", str(path))
    assert failed(said) == {"kept", "numbers"}  # the same writer went on, too


def test_a_kept_checkpoint_of_the_same_tree_is_a_beginning(halden, sealing, tmp_path):
    happen(halden, 3)
    sealing.drain()
    path = tmp_path / "kept.txt"
    path.write_bytes(tree.checkpoint(halden).note)
    happen(halden, 3)
    sealing.drain()
    size = keys().opened(path.read_text()).size
    export(tmp_path / "export", halden, old=[size])
    code, said = verify(tmp_path / "export", "--key", KEY, "--old", str(path))
    assert code == 0, said
    assert "ok    kept" in said


def test_an_old_backup_is_found_by_an_anchor(halden, sealing, stamped, tmp_path, kept):
    """The anchor is of a log that held more than the tree now has."""
    _, state = kept
    anchoring.anchor(now=timezone.now() + timedelta(hours=2))
    assert Anchor.objects.exists()
    logs = {}
    with _owner() as db:
        for table in ("audit_leaf", "audit_checkpoint", "audit_edge"):
            tree_log = "ffffffff-ffff-ffff-ffff-ffffffffffff"
            logs[table] = db.execute(
                f"SELECT * FROM {table} WHERE tree = %s", [tree_log]
            ).fetchall()
    mine = {
        table: [row for row in rows if str(row[0]) != "ffffffff-ffff-ffff-ffff-ffffffffffff"]
        for table, rows in state.items()
    }
    rolled_back({table: rows + logs.get(table, []) for table, rows in mine.items()})
    happen(halden, 9)
    sealing.step()
    export(tmp_path / "export", halden)
    code, said = verify(tmp_path / "export", "--key", KEY, "--tsa", str(stamped))
    assert code == 1
    assert failed(said) >= {"anchors"}, said


def test_a_month_that_was_retired_is_proven_by_its_hashes(halden, sealing, tmp_path):
    happen(halden, 6)
    sealing.drain()
    folder = tmp_path / "export"
    export(folder, halden)
    lines = lines_of(folder)
    retired = [{"index": line["index"], "hash": bags.leaf(line)} for line in lines[:2]]
    table = folder / "data/events.csv"
    rows = table.read_text().splitlines(keepends=True)
    empty = [f"{line['index']},,,,,,,,,{line['hash']}\n" for line in retired]
    table.write_text("".join([rows[0], *empty, *rows[3:]]))
    text = "".join(json.dumps(line) + "\n" for line in [*retired, *lines[2:]])
    (folder / "data/events.jsonl").write_text(text)
    bags.seal(folder)
    code, said = verify(folder, "--key", KEY)
    assert code == 0, said
    assert "2 of them are retired" in said


def test_the_size_in_the_proofs_is_that_of_the_checkpoint(bag):
    proofs = proofs_of(bag)
    (bag / "data/proofs.json").write_text(json.dumps({**proofs, "size": proofs["size"] + 1}))
    bags.seal(bag)
    assert "order" in failed(verify(bag, "--key", KEY)[1])


def test_two_keys_sign_side_by_side(halden, sealing, tmp_path):
    happen(halden)
    sealing.drain()
    fresh = signing.new(NAME)
    both = signing.KeyRing(
        [*keys().signers, *signing.read([fresh]).signers],
        [*keys().verifiers, *signing.read([fresh]).verifiers],
    )
    rotating = Sealing(both)
    try:
        happen(halden)
        rotating.drain()
    finally:
        rotating.close()
    export(tmp_path / "export", halden)
    for key in (KEY, str(both.verifiers[1])):
        assert verify(tmp_path / "export", "--key", key)[0] == 0
