"""Whoever tampers with the database before an export is found out by name."""

import hashlib
import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from apps.audit import anchoring, canonical, signing, tree
from apps.audit.models import Anchor, Event
from tests.audit import bags
from tests.audit.bags import export, failed, lines_of, verify
from tests.audit.exported import KEY, happen
from tests.conftest import _owner
from tests.sealing import NAME, Sealing, keys


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
        hashlib.sha256(b"\x00" + body).digest(), event.pk,
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
