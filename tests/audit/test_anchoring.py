"""Authorities outside say when the log of all trees was there; the silent are asked again."""

import hashlib
import subprocess
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from apps.audit import anchoring, authorities, tlog
from apps.audit import services as audit
from apps.audit.authorities import Refused
from apps.audit.models import LOG, Anchor, AnchorDue, Checkpoint
from apps.audit.tags import Tag
from apps.base.types import Actor
from portal.demo import stamping
from tests.sealing import keys

NOW = timezone.now()
LATER = NOW + anchoring.EVERY + timedelta(days=1)  # the suite may come here late
FIRST, SECOND = "local:first", "local:second"
answers = {}  # address to what it does


def answer(address, query):
    return answers.get(address, stamping.answer)(address, query)


def silent(address, query):
    raise OSError


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return tmp_path_factory.mktemp("authority")


@pytest.fixture(autouse=True)
def stampers(settings, monkeypatch, authority):
    settings.TIMESTAMP_AUTHORITIES = [FIRST, SECOND]
    settings.TIMESTAMPERS = {"local": "tests.audit.test_anchoring.answer"}
    monkeypatch.setattr(stamping, "folder", lambda: authority)
    answers.clear()


@pytest.fixture
def halden(real_house, sealing):
    happen(real_house.halden.pk)
    sealing.drain()
    return real_house.halden.pk


def happen(organisation):
    with transaction.atomic():
        audit.record(
            Tag.KEY_MADE, actor=Actor("system:test"), subject="x", organisation=organisation
        )


def test_every_authority_is_asked_once_for_a_log_that_stands_still(halden):
    assert anchoring.anchor(now=NOW) == 2
    assert anchoring.anchor(now=NOW) == 0
    assert anchoring.anchor(now=LATER) == 0
    assert set(Anchor.objects.values_list("authority", flat=True)) == {FIRST, SECOND}
    assert not AnchorDue.objects.exists()


def test_a_log_that_grew_is_anchored_when_it_is_time(halden, sealing):
    anchoring.anchor(now=NOW)
    happen(halden)
    sealing.drain()
    assert anchoring.anchor(now=NOW + timedelta(minutes=5)) == 0
    assert anchoring.anchor(now=LATER) == 2


def test_before_there_is_a_log_nobody_is_asked(real_house, sealing):
    assert anchoring.anchor(now=NOW) == 0
    assert not AnchorDue.objects.exists()


def test_who_does_not_answer_is_asked_again_ever_less_often(halden):
    answers[SECOND] = silent
    assert anchoring.anchor(now=NOW) == 1
    [due] = AnchorDue.objects.all()
    assert (due.authority, due.tries, due.problem) == (SECOND, 1, "no answer")
    assert due.not_before == NOW + anchoring.FIRST_PAUSE
    assert anchoring.anchor(now=NOW) == 0
    anchoring.anchor(now=NOW + anchoring.FIRST_PAUSE)
    due.refresh_from_db()
    assert due.not_before == NOW + 3 * anchoring.FIRST_PAUSE
    assert anchoring.overdue() == [due]
    answers.clear()
    assert anchoring.anchor(now=NOW + timedelta(hours=1)) == 1
    assert anchoring.overdue() == []


def test_who_answers_late_answers_for_the_newest(halden, sealing):
    answers[SECOND] = silent
    anchoring.anchor(now=NOW)
    happen(halden)
    sealing.drain()
    anchoring.anchor(now=NOW + anchoring.FIRST_PAUSE)
    answers.clear()
    anchoring.anchor(now=NOW + timedelta(minutes=30))
    newest = Checkpoint.objects.filter(tree=LOG).order_by("-size").first()
    assert Anchor.objects.get(authority=SECOND).size == newest.size


def test_the_longest_pause_is_not_exceeded(halden):
    answers[FIRST] = answers[SECOND] = silent
    anchoring.anchor(now=NOW)
    AnchorDue.objects.update(tries=90, not_before=NOW)
    anchoring.anchor(now=NOW)
    assert {due.not_before for due in AnchorDue.objects.all()} == {NOW + anchoring.LONGEST_PAUSE}


@pytest.mark.parametrize(
    ("how", "problem"),
    [  # the third is a refusal, as authorities send it
        (lambda _, query: b"<html>", "no stamp"),
        (lambda _, query: b"", "no stamp"),
        (lambda _, query: bytes.fromhex("30053003020102"), "no stamp"),
        (lambda _, query: stamping.answer(FIRST, authorities.query(b"x")[0]), "of something else"),
    ],
)
def test_what_is_no_answer_to_our_question_is_not_kept(halden, how, problem):
    answers[FIRST] = answers[SECOND] = how
    assert anchoring.anchor(now=NOW) == 0
    assert {due.problem for due in AnchorDue.objects.all()} == {problem}
    assert not Anchor.objects.exists()


def test_an_answer_to_the_same_question_asked_before_is_not_taken():
    query, nonce = authorities.query(b"log")
    said = stamping.answer(FIRST, query)
    assert authorities.stamped_at(said, content=b"log", nonce=nonce)
    for content, number in ((b"log", nonce + 1), (b"another", nonce)):
        with pytest.raises(Refused, match="of something else"):
            authorities.stamped_at(said, content=content, nonce=number)


def test_an_anchor_proves_the_organisations_tree(halden):
    anchoring.anchor(now=NOW)
    anchored, _ = anchoring.anchors(halden)
    log = keys().opened(anchored.note.decode())
    leaf = tlog.leaf_hash(anchored.body.encode())
    about = {"index": anchored.index, "size": log.size, "path": anchored.path, "root": log.root}
    assert tlog.includes(leaf, **about)
    assert str(halden) in anchored.body
    assert hashlib.sha256(anchored.note).digest() in anchored.token
    assert anchoring.last_at() == anchored.at


def test_openssl_accepts_an_anchor(halden, tmp_path):
    anchoring.anchor(now=NOW)
    [anchored, _] = anchoring.anchors(halden)
    (tmp_path / "note").write_bytes(anchored.note)
    (tmp_path / "answer").write_bytes(anchored.token)
    said = subprocess.run(
        ["openssl", "ts", "-verify", "-data", tmp_path / "note", "-in", tmp_path / "answer",
         "-CAfile", stamping.certificate()],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Verification: OK" in said.stdout + said.stderr


def test_an_organisation_that_the_log_does_not_hold_has_no_anchor(halden, real_house):
    anchoring.anchor(now=NOW)
    assert anchoring.anchors(real_house.people.pk) == []
