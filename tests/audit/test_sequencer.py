"""Events get their places: all of them, each once, whatever happens in between."""

import threading

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from apps.audit import services as audit
from apps.audit import signing, tlog, tree
from apps.audit.models import LOG, Checkpoint, Edge, Event, Leaf, Logged, Pending, Tile
from apps.audit.notes import Head
from apps.audit.sequencer import Mismatch, Sequencer
from apps.audit.tags import Tag
from apps.base.errors import NotFound, NotPossible
from apps.base.scope import acting_for
from apps.base.types import Actor
from tests import server
from tests.base.locks import PATIENCE
from tests.conftest import _owner
from tests.sealing import NAME, Sealing, as_sequencer, keys

ACTOR = Actor("system:test")


def happen(organisation, count=1):
    with transaction.atomic():
        return [
            audit.record(Tag.KEY_MADE, actor=ACTOR, subject="x", organisation=organisation)
            for _ in range(count)
        ]


def leaves(organisation):
    return list(Leaf.objects.filter(tree=organisation).order_by("index"))


@pytest.fixture
def halden(real_house):
    return real_house.halden.pk


def test_every_event_gets_a_place_in_its_organisations_tree(halden, real_house, sealing):
    happen(halden, 3)
    happen(real_house.northmere.pk)
    sealing.drain()
    assert not Pending.objects.exists()
    events = Event.objects.filter(organisation_id=halden)
    found = leaves(halden)
    assert [leaf.index for leaf in found] == list(range(len(found)))
    assert {leaf.event_id for leaf in found} == {event.pk for event in events}
    for event in events:
        [leaf] = [one for one in found if one.event_id == event.pk]
        assert bytes(leaf.hash) == tlog.leaf_hash(bytes(event.body))
    with acting_for(real_house.northmere.pk):
        assert leaves(real_house.northmere.pk)


def test_a_checkpoint_is_signed_and_reproduced_by_the_events(halden, sealing):
    happen(halden, 5)
    sealing.drain()
    newest = tree.checkpoint(halden)
    said = keys().opened(newest.note.decode())
    assert said == Head(f"{NAME}/{halden}", newest.size, newest.root)
    bodies = [entry.body for entry in tree.entries(halden, 0, newest.size)]
    assert tlog.root_of(map(tlog.leaf_hash, bodies)) == newest.root
    assert tree.verifiers() == [str(keys().verifiers[0])]


def test_proofs_from_the_database_hold_across_tiles(halden, sealing):
    happen(halden, 700)
    sealing.drain()
    happen(halden, 2)
    sealing.drain()
    newest = tree.checkpoint(halden)
    hashes = [entry.hash for entry in tree.entries(halden, 0, newest.size)]
    assert Tile.objects.filter(tree=halden).count() == newest.size // 256 == 2
    for index in (0, 1, 255, 256, 511, 512, newest.size - 1):
        event = Event.objects.get(pk=leaves(halden)[index].event_id)
        proof = tree.inclusion(event)
        about = {"index": index, "size": newest.size, "path": proof.path, "root": newest.root}
        assert proof.index == index
        assert tlog.includes(hashes[index], **about)
    for old in (1, 2, 255, 256, 257, 512, newest.size - 2, newest.size):
        path = tree.consistency(halden, old, newest.size)
        roots = {"old_root": tlog.root_of(hashes[:old]), "root": newest.root}
        assert tlog.extends(old, newest.size, path=path, **roots)


def test_a_range_is_closed_by_what_surrounds_it(halden, sealing):
    happen(halden, 600)
    sealing.drain()
    newest = tree.checkpoint(halden)
    for first, after in ((0, newest.size), (5, 300), (256, 512), (599, 600)):
        left, right = tree.around(halden, first=first, after=after, size=newest.size)
        edge = tlog.Frontier(first, left)
        for entry in tree.entries(halden, first, after):
            edge.append(entry.hash)
        widths = [b - a for a, b in tlog.right_ranges(after, newest.size)]
        stack, at = edge.stack, edge.size
        for width, root in zip(widths, right, strict=True):
            place = at // width
            while place & 1:
                root, place = tlog.node_hash(stack.pop(), root), place >> 1
            stack.append(root)
            at += width
        assert tlog.Frontier(at, stack).root() == newest.root


def test_the_levels_of_tiles_are_filled_in_any_batch(halden, real_house):
    sealing = Sealing(batch=97)
    try:
        happen(halden, 530)
        sealing.drain()
    finally:
        sealing.close()
    assert list(
        Tile.objects.filter(tree=halden).order_by("index").values_list("level", "index")
    ) == [(0, 0), (0, 1)]


def test_what_commits_late_comes_later_and_is_not_lost(halden, sealing):
    begun, end = threading.Event(), threading.Event()
    early = []

    def write_early():
        with acting_for(halden), transaction.atomic():
            early.append(audit.record(Tag.KEY_MADE, actor=ACTOR, subject="early",
                                      organisation=halden))  # fmt: skip
            begun.set()
            end.wait(PATIENCE)
        connection.close()

    thread = threading.Thread(target=write_early)
    thread.start()
    assert begun.wait(PATIENCE)
    [late] = happen(halden)
    sealing.drain()
    end.set()
    thread.join()
    sealing.drain()
    assert early[0].pk < late.pk
    assert tree.index_of(early[0].pk) == tree.index_of(late.pk) + 1


def test_of_two_sequencers_one_works_and_the_other_does_not_wait(halden, sealing):
    happen(halden)
    with server.admin(connection.settings_dict["NAME"]) as db, db.transaction():
        db.execute("SELECT pg_advisory_xact_lock(7162)")
        assert sealing.step() is None
        assert sealing.log() is None
    assert sealing.step()


@pytest.mark.parametrize("where", ["_grow", "_sign"])
def test_a_batch_that_breaks_off_did_not_happen(halden, sealing, monkeypatch, where):
    happen(halden, 3)
    sealing.drain()
    before = tree.checkpoint(halden)
    waiting = happen(halden, 300)

    work = getattr(Sequencer, where)

    def and_then_die(self, *args):
        work(self, *args)
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr(Sequencer, where, and_then_die)
        with pytest.raises(InterruptedError):
            sealing.step()
    assert tree.checkpoint(halden) == before
    assert Pending.objects.filter(tree=halden).count() == len(waiting)
    sealing.drain()  # the same sequencer, which remembers nothing of it
    assert [leaf.index for leaf in leaves(halden)] == list(range(before.size + 300))
    assert Edge.objects.get(tree=halden).frontier.root() == tree.checkpoint(halden).root


def test_the_log_holds_the_newest_checkpoint_of_every_tree_once(halden, real_house, sealing):
    sealing.drain()
    assert sealing.log() == 0
    happen(halden)
    sealing.drain()
    newest = tree.checkpoint(halden)
    entry, index = tree.logged(halden, below=10**6)
    assert entry.body == str(Head(f"{NAME}/{halden}", newest.size, newest.root))
    log = Checkpoint.objects.filter(tree=LOG).order_by("-size").first()
    assert log.size == Leaf.objects.filter(tree=LOG).count() == index + 1
    assert log.note.startswith(f"{NAME}/log\n")
    assert Logged.objects.filter(tree=halden).count() == 2


def test_a_tree_that_somebody_rewrote_is_not_signed_over(halden, sealing):
    happen(halden, 3)
    sealing.drain()
    with _owner() as db:
        db.execute("UPDATE audit_edge SET hashes = decode(repeat('00', length(hashes)), 'hex')")
    happen(halden)
    with pytest.raises(Mismatch, match="not the one that was signed") as found:
        sealing.step()
    assert found.value.tree
    assert Pending.objects.exists()


def test_one_tree_that_stopped_stops_no_other(halden, real_house, sealing):
    sealing.drain()
    happen(halden)
    happen(real_house.northmere.pk)
    sealing.sequencer.stopped.add(halden)
    sealing.drain()
    assert set(Pending.objects.values_list("tree", flat=True)) == {halden}
    happen(real_house.northmere.pk)
    sealing.step()
    sealing.sequencer.stopped.add(LOG)
    assert sealing.log() == 0
    sealing.sequencer.stopped.remove(LOG)
    assert sealing.log() == 1


def test_a_checkpoint_of_another_hand_is_not_signed_over(halden, sealing):
    happen(halden, 3)
    sealing.drain()
    other = Sealing(signing.read([signing.new(NAME)]))
    try:
        happen(halden)
        with pytest.raises(Mismatch, match="not signed by us"):
            other.step()
    finally:
        other.close()


def test_a_new_key_goes_on_where_the_old_one_is_believed(halden, sealing):
    happen(halden)
    sealing.drain()
    old, fresh = keys().verifiers[0], signing.new(NAME)
    other = Sealing(signing.read([fresh, str(old)]))
    try:
        happen(halden)
        other.drain()
    finally:
        other.close()
    note = tree.checkpoint(halden).note.decode()
    assert signing.read([fresh]).opened(note)
    with pytest.raises(ValueError, match="Nobody known"):
        keys().opened(note)
    assert len(tree.verifiers()) == 2


def test_the_edge_is_nothing_but_a_shorthand(halden, sealing):
    happen(halden, 20)
    sealing.drain()
    edge = Edge.objects.get(tree=halden)
    assert edge.frontier.root() == tree.checkpoint(halden).root


def test_an_event_that_waits_has_no_proof_yet(halden, sealing):
    [event] = happen(halden)
    with pytest.raises(NotPossible, match="not in a signed checkpoint yet"):
        tree.inclusion(event)
    with pytest.raises(NotPossible, match="never had this size"):
        tree.consistency(halden, 1, 10**9)
    with pytest.raises(NotFound):
        list(tree.entries(halden, 10**9, 10**9 + 1))


def test_one_organisation_sees_no_tree_of_another(halden, real_house, sealing):
    sealing.drain()
    there = real_house.northmere.pk
    assert tree.checkpoint(there) is None
    assert leaves(there) == []
    with acting_for(there):
        assert tree.checkpoint(there)
        assert tree.checkpoint(halden) is None


def test_the_sequencers_role_sees_no_event_and_takes_nothing_back(halden, sealing):
    happen(halden)
    sealing.drain()
    for refused in (
        "SELECT body FROM audit_event",
        "UPDATE audit_leaf SET hash = ''",
        "DELETE FROM audit_checkpoint",
        "SELECT email FROM accounts_user",
        "INSERT INTO audit_pending VALUES (gen_random_uuid(), gen_random_uuid(), '')",
        "DELETE FROM audit_detail",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            sealing.do(lambda refused=refused: connection.cursor().execute(refused))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_pending VALUES (gen_random_uuid(), gen_random_uuid(), '')",
        "DELETE FROM audit_pending",
        "INSERT INTO audit_leaf VALUES (gen_random_uuid(), 0, gen_random_uuid(), '')",
        "INSERT INTO audit_checkpoint VALUES (gen_random_uuid(), 1, '', '', now())",
        "UPDATE audit_edge SET size = 0",
        "INSERT INTO audit_signingkey VALUES ('mine', now())",
    ],
)
def test_the_portals_role_writes_no_tree(halden, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


def test_months_are_made_once(real_house):
    def twice():
        as_sequencer()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT audit_make_partitions(), audit_make_partitions()")
                return cursor.fetchone()
        finally:
            connection.close()

    said = []
    thread = threading.Thread(target=lambda: said.append(twice()))
    thread.start()
    thread.join()
    assert said == [(0, 0)] or said[0][1] == 0


def test_a_month_is_closed_to_everybody(real_house):
    months = [
        row[0]
        for row in _asked(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'audit_event'::regclass"
        )
    ]
    assert len(months) >= 4
    for month in months:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(f"SELECT 1 FROM {month}")
        with _owner() as db:
            for change in (f"DELETE FROM {month}", f"TRUNCATE {month}"):
                if (
                    change.startswith("DELETE")
                    and not db.execute(f"SELECT 1 FROM {month} LIMIT 1").fetchone()
                ):
                    continue
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                    db.execute(change)


def _asked(question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()
