"""The sequencer as a command, and the operator's own check of all trees."""

import signal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from apps.audit import services as audit
from apps.audit import signing, tree
from apps.audit.models import Event, Pending
from apps.audit.tags import Outcome, Tag
from apps.base.types import Actor
from portal.management.commands import sequence
from tests.audit.test_forged_trail import rewritten
from tests.conftest import _connect, _owner


@pytest.fixture
def halden(real_house, settings, tmp_path):
    settings.SEQUENCER_KEYS = tmp_path / "sequencer" / "keys"
    settings.TRAIL_NAME = "portal.test"
    return real_house.halden.pk


@pytest.fixture
def as_sequencer(halden):
    """The command's own connection; signals are put back."""
    name = connection.settings_dict["NAME"]
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    _connect(name, "sequencer")
    yield lambda: _connect(name, "app")
    _connect(name, "app")
    for number, handler in before.items():
        signal.signal(number, handler)


def happen(organisation):
    with transaction.atomic():
        return audit.record(
            Tag.KEY_MADE, actor=Actor("system:test"), subject="x", organisation=organisation
        )


def test_once_empties_the_queue_and_ends(as_sequencer, halden, settings):
    call_command("sequence", "--once")
    as_sequencer()
    assert not Pending.objects.exists()
    ring = signing.kept(settings.SEQUENCER_KEYS, name="another")
    newest = tree.checkpoint(halden)
    assert ring.opened(newest.note.decode()).root == newest.root
    assert tree.verifiers() == [str(ring.verifiers[0])]


def told_to_end_after(rounds, monkeypatch):
    """Somebody ends it in the rest after so many rounds that found no end of their own."""
    listen, begun = sequence._listen, []

    def count():
        begun.append(1)
        if len(begun) > rounds:
            signal.raise_signal(signal.SIGTERM)
        listen()

    monkeypatch.setattr(sequence, "PAUSE", 0.01)
    monkeypatch.setattr(sequence, "_listen", count)


def test_it_works_until_it_is_told_to_end(as_sequencer, halden, monkeypatch):
    told_to_end_after(1, monkeypatch)
    call_command("sequence")
    as_sequencer()
    assert not Pending.objects.exists()


def test_a_tree_that_is_not_what_was_signed_stops_alone(
    as_sequencer, halden, real_house, monkeypatch, capsys
):
    call_command("sequence", "--once")
    as_sequencer()
    for organisation in (halden, real_house.northmere.pk):
        happen(organisation)
    with _owner() as db:
        db.execute("UPDATE audit_edge SET hashes = '' , size = 0 WHERE tree = %s", [halden])
    _connect(connection.settings_dict["NAME"], "sequencer")
    told_to_end_after(2, monkeypatch)  # in the first it finds out
    call_command("sequence")
    as_sequencer()
    assert f"The tree {halden} is not the one that was signed" in capsys.readouterr().err
    assert set(Pending.objects.values_list("tree", flat=True)) == {halden}


def test_a_role_that_may_not_write_trees_is_told(halden):
    with pytest.raises(CommandError, match="may not write trees"):
        call_command("sequence", "--once")


def test_it_prints_who_signs_and_a_fresh_key(halden, settings, capsys):
    call_command("sequence", "--keys")
    first = capsys.readouterr().out.strip()
    assert signing.kept(settings.SEQUENCER_KEYS, name="x").verifiers == [
        signing.Verifier.parse(first)
    ]
    call_command("sequence", "--new-key")
    fresh = signing.Signer.parse(capsys.readouterr().out.strip())
    assert fresh.verifier.name == "portal.test"
    assert str(fresh.verifier) != first


def test_keys_that_are_none_are_told_in_words(halden, settings):
    settings.SEQUENCER_KEYS.parent.mkdir()
    settings.SEQUENCER_KEYS.write_text("nothing")
    with pytest.raises(CommandError, match="The keys cannot be used"):
        call_command("sequence", "--once")


def test_the_start_of_sealing_is_on_the_trail(as_sequencer, halden):
    call_command("sequence", "--once")
    as_sequencer()
    with _owner() as db:
        [body] = db.execute("SELECT body FROM audit_event WHERE tag = 'sealing.begun'").fetchone()
    assert b'"subject":"portal.test"' in bytes(body)


def checked():
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit")
    return ended.value.code


def test_all_trees_are_checked_here(halden, sealing, capsys):
    happen(halden)
    sealing.drain()
    assert checked() == 0
    assert "Every tree is what was signed." in capsys.readouterr().out


def test_what_is_wrong_with_a_tree_is_said(halden, sealing, capsys):
    event = happen(halden)
    sealing.drain()
    rewritten("UPDATE audit_event SET body = '{\"v\":1}' WHERE id = %s", event.pk)
    assert checked() == 1
    assert "halden: content missing" in capsys.readouterr().out


def test_a_tree_that_was_never_sealed_is_said(halden, capsys):
    assert checked() == 1
    assert "halden: nothing is sealed yet" in capsys.readouterr().out


def test_a_refused_attempt_is_on_the_trail(house, client):
    client.force_login(house.clara)
    assert client.get("/trail/").status_code == 403
    [event] = Event.objects.filter(tag=Tag.ACCESS_DENIED)
    assert (event.actor, event.subject, event.outcome) == (
        house.clara.actor, "audit:trail", Outcome.DENIED
    )  # fmt: skip
    assert audit.facts_of(event) == {"method": "GET"}


def test_what_is_not_there_is_no_refusal(house, client):
    client.force_login(house.clara)
    client.get("/jobs/AAA-AAA/")
    assert not Event.objects.filter(tag=Tag.ACCESS_DENIED).exists()
