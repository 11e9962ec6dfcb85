"""The trail taken out: asked for, made, sealed, fetched, and checked by somebody else."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from html import unescape

import bagit
import pytest
from django.core import mail as django_mail
from django.test import Client
from django.utils import timezone
from pypdfium2 import PdfDocument

from apps.accounts import services as accounts
from apps.accounts.roles import Role
from apps.assurance import posting
from apps.assurance.exports import lines as lines_
from apps.assurance.exports import package, parts
from apps.assurance.exports import services as exporting
from apps.assurance.exports.services import Why
from apps.assurance.models import Export, Mode
from apps.audit import anchoring, covering, tree
from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Outcome, Tag
from apps.base.errors import NotAllowed, NotFound, NotPossible, Unavailable
from apps.base.types import Actor
from apps.jobs import runner
from apps.jobs.flow import State
from apps.retention import services as retention
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact
from tests.assurance.conftest import happen
from tests.conftest import SYSTEM, are_leaves
from tests.intake.browsers import BACKEND
from tests.intake.looking import facts
from tests.sealing import keys

FORMULA = '=HYPERLINK("http://example.com")'


@pytest.fixture
def carl(real_house):
    return real_house.carl


def asked(user, mode=Mode.RANGE, *, names=False, words=False, **asks):
    return exporting.ask(asks, mode=mode, reason=Why.AUDIT, names=names, words=words, user=user)


def made(export):
    job = exporting.job_of(export)
    runner.run(job.pk)
    job.refresh_from_db()
    export.refresh_from_db()
    return State(job.state)


def browser(user):
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def unpacked(export, folder):
    """What Carl's browser is handed, unpacked."""
    response = browser(export.asked_by).get(f"/trail/exports/{export.reference}/bag.zip")
    assert response.status_code == 200
    content = response.getvalue()
    assert int(response.headers["Content-Length"]) == len(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder / export.reference


def verified(bag, *more):
    """The verifier out of the bag, as a stranger runs it: no network, nothing of ours."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", bag / "verify_audit.py", bag, *more],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def squeezed(text):
    return re.sub(r"\s+", "", text)


def key():
    return ("--key", str(keys().verifiers[0]))


def lines(bag):
    return [json.loads(line) for line in (bag / "data/events.jsonl").read_text().splitlines()]


# What is in it, and what it proves


def test_a_range_is_proven_to_a_stranger_with_nothing_left_out(carl, sealed, tmp_path):
    happen(carl.organisation_id, 5)
    sealed()
    export = asked(carl)
    sealed()
    assert made(export) == State.SUCCEEDED
    bag = unpacked(export, tmp_path)
    bagit.Bag(str(bag)).validate()
    code, said = verified(bag, *key())
    assert (code, "none left out" in said) == (0, True), said
    told = lines(bag)
    assert [line["index"] for line in told] == list(range(export.size))
    assert {json.loads(line["body"])["id"] for line in told} <= {
        str(pk) for pk in Event.objects.values_list("pk", flat=True)
    }
    assert len(told) == export.written == export.expected


def test_a_range_of_days_holds_what_happened_then(carl, sealed, tmp_path):
    today = timezone.now().date()
    export = asked(carl, since=today.isoformat(), until=today.isoformat())
    sealed()
    made(export)
    code, said = verified(unpacked(export, tmp_path), *key())
    assert code == 0, said
    later = asked(carl, since=(today + timedelta(days=3)).isoformat())
    sealed()
    assert made(later) == State.SUCCEEDED
    assert later.written <= export.size


def test_a_selection_proves_each_event_and_says_what_it_cannot(carl, sealed, tmp_path):
    wanted = happen(carl.organisation_id, 3, tag=Tag.FIELD_REVEALED, reason="audit")
    happen(carl.organisation_id, 4)
    sealed()
    export = asked(carl, Mode.SELECTION, action="tag:field.revealed", reason="audit")
    assert made(export) == State.SUCCEEDED
    bag = unpacked(export, tmp_path)
    bagit.Bag(str(bag)).validate()
    code, said = verified(bag, *key())
    assert (code, "cannot be proven" in said) == (0, True), said
    bodies = [json.loads(line["body"]) for line in lines(bag)]
    assert [body["id"] for body in bodies] == [str(event.pk) for event in wanted]
    assert "cannot be\n        proven" in (bag / "data/cover.html").read_text()


def test_events_that_wait_for_a_checkpoint_are_left_out_and_counted(carl, sealed, tmp_path):
    happen(carl.organisation_id, 2, tag=Tag.FIELD_REVEALED)
    sealed()
    happen(carl.organisation_id, 3, tag=Tag.FIELD_REVEALED)
    export = asked(carl, Mode.SELECTION, action="tag:field.revealed")
    made(export)
    assert export.written == 2
    assert (
        "3 newer\n        events waited"
        in (unpacked(export, tmp_path) / "data/cover.html").read_text()
    )


def test_a_selection_of_nothing_is_an_export_too(carl, sealed, tmp_path):
    export = asked(carl, Mode.SELECTION, document="222-222")
    assert made(export) == State.SUCCEEDED
    assert lines(unpacked(export, tmp_path)) == []


def test_a_selection_that_is_too_large_is_refused_in_words(carl, sealed, monkeypatch):
    monkeypatch.setattr(parts, "MOST_SELECTED", 1)
    export = asked(carl, Mode.SELECTION, action="group:people")
    assert made(export) == State.FAILED
    page = browser(carl).get(f"/trail/exports/{export.reference}/").text
    assert "Ask for a range of time instead." in page


def test_the_spreadsheet_says_the_same_and_runs_nothing(carl, sealed, tmp_path):
    happen(carl.organisation_id, subject=FORMULA)
    sealed()
    export = asked(carl)
    made(export)
    bag = unpacked(export, tmp_path)
    text = (bag / "data/events.csv").read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == export.written
    [row] = [row for row in rows if "HYPERLINK" in row["subject"]]
    assert row["subject"] == f"'{FORMULA}"
    assert text.endswith("\r\n")
    assert verified(bag, *key())[0] == 0


def test_collectors_get_every_event_too(carl, sealed, tmp_path):
    export = asked(carl)
    made(export)
    bag = unpacked(export, tmp_path)
    told = [json.loads(line) for line in (bag / "data/ocsf.jsonl").read_text().splitlines()]
    assert [one["metadata"]["sequence"] for one in told] == list(range(export.size))


def test_names_and_words_go_along_only_if_asked_for(carl, sealed, tmp_path):
    happen(carl.organisation_id, actor=carl.actor, detail={"reason": "case Fjord 7"})
    sealed()
    plain, full = asked(carl), asked(carl, names=True, words=True)
    for export in (plain, full):
        made(export)
    bare = unpacked(plain, tmp_path / "plain")
    assert not (bare / "data/names.csv").exists()
    assert "Fjord" not in (bare / "data/events.jsonl").read_text()
    bag = unpacked(full, tmp_path / "full")
    assert f'{carl.actor},"Carl"' in (bag / "data/names.csv").read_text()
    [line] = [line for line in lines(bag) if "detail" in line]
    assert line["detail"] == {"reason": "case Fjord 7"}
    code, said = verified(bag, *key())
    assert (code, "1 disclosed words" in said) == (0, True), said


def test_a_name_that_looks_like_a_formula_is_harmless_and_stays_one_cell(carl, sealed, tmp_path):
    carl.name = '=HYPERLINK("http://example.com","Carl")'
    carl.save()
    happen(carl.organisation_id, actor=carl.actor)
    sealed()
    export = asked(carl, names=True)
    made(export)
    text = (unpacked(export, tmp_path) / "data/names.csv").read_text()
    told = dict(csv.reader(io.StringIO(text)))
    assert told[carl.actor] == f"'{carl.name}"


@pytest.mark.parametrize("mode", Mode)
def test_what_an_authority_stamped_is_proven_to_a_stranger(carl, sealed, stamped, tmp_path, mode):
    """The whole way: sealed, logged, stamped, exported, and asked of openssl by itself too."""
    happen(carl.organisation_id, 3)
    sealed()
    anchoring.anchor(now=timezone.now())
    export = asked(carl, mode)
    sealed()
    made(export)
    bag = unpacked(export, tmp_path)
    code, said = verified(bag, *key(), "--tsa", str(stamped))
    assert (code, "RESULT  PROVEN" in said) == (0, True), said
    assert "ok    anchors     An authority saw" in said
    assert "ok    timestamps" in said
    [note] = (bag / "data/anchors").glob("*.txt")
    checked = subprocess.run(
        ["openssl", "ts", "-verify", "-data", note, "-in", note.with_suffix(".tsr"),
         "-CAfile", stamped],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (checked.returncode, "Verification: OK" in checked.stdout + checked.stderr) == (0, True)
    note.write_bytes(note.read_bytes().replace(b"\n", b"\n\n", 1))
    assert verified(bag, *key(), "--tsa", str(stamped))[0] == 1


def test_a_range_proves_any_checkpoint_within_it(carl, sealed, tmp_path):
    kept = tmp_path / "kept.txt"
    kept.write_bytes(tree.checkpoint(carl.organisation_id).note)
    export = asked(carl)
    sealed()
    made(export)
    code, said = verified(unpacked(export, tmp_path), *key(), "--old", str(kept))
    assert (code, "ok    kept" in said) == (0, True), said


def test_a_selection_continues_the_checkpoint_that_an_officer_was_sent(carl, sealed, tmp_path):
    posting.post(carl.organisation, now=timezone.now().replace(hour=12))
    [mail] = django_mail.outbox
    [(_, note, _)] = mail.attachments
    kept = tmp_path / "kept.txt"
    kept.write_text(note)
    sealed()
    export = asked(carl, Mode.SELECTION, outcome="refused")
    made(export)
    code, said = verified(unpacked(export, tmp_path), *key(), "--old", str(kept))
    assert (code, "ok    kept" in said) == (0, True), said


def test_of_a_checkpoint_that_nobody_was_sent_a_selection_says_nothing(carl, sealed, tmp_path):
    kept = tmp_path / "kept.txt"
    kept.write_bytes(tree.checkpoint(carl.organisation_id).note)
    export = asked(carl, Mode.SELECTION, outcome="refused")
    sealed()
    made(export)
    code, said = verified(unpacked(export, tmp_path), *key(), "--old", str(kept))
    assert (code, "?     kept        The export holds no proof" in said) == (2, True), said


def test_the_cover_says_who_asked_for_what_and_why(carl, sealed, tmp_path):
    export = asked(carl, Mode.SELECTION, actor=carl.actor, outcome="refused")
    made(export)
    page = (unpacked(export, tmp_path) / "data/cover.html").read_text()
    assert "an audit, our own or another&#x27;s" in page
    wanted = ("Carl", "Halden Group", "Refused or failed", str(export.size))
    for said in wanted:
        assert said in page
    assert "<script" not in page


def test_the_cover_says_the_same_on_paper(carl, sealed, tmp_path):
    export = asked(carl)
    made(export)
    bag = unpacked(export, tmp_path)
    with PdfDocument(bag / "data/cover.pdf") as pdf:
        printed = "".join(sheet.get_textpage().get_text_range() for sheet in pdf)
    texts = re.findall(r">([^<]+)<", (bag / "data/cover.html").read_text().partition("<body>")[2])
    missing = [text for text in texts if squeezed(unescape(text)) not in squeezed(printed)]
    assert (missing, len(texts) > 40) == ([], True)


def test_events_are_read_once_and_chunk_by_chunk(carl, sealed, monkeypatch):
    """Writing begins before reading ends, so that memory does not grow with the trail."""
    monkeypatch.setattr(tree, "CHUNK", 2)
    read, written = [], []
    chunk, as_json = tree._chunk, lines_.as_json

    def reading(tree_, first, after):
        read.append(first)
        return chunk(tree_, first, after)

    def writing(line):
        written.append((line.index, len(read)))
        return as_json(line)

    monkeypatch.setattr(tree, "_chunk", reading)
    monkeypatch.setattr(lines_, "as_json", writing)
    export = asked(carl)
    assert made(export) == State.SUCCEEDED
    assert read == list(range(0, export.size, 2))
    assert all(chunks <= index // 2 + 1 for index, chunks in written)


# Who may, and what is recorded


def test_asking_and_making_and_taking_are_on_the_trail(carl, sealed, tmp_path):
    export = asked(carl, Mode.SELECTION, outcome="refused")
    made(export)
    unpacked(export, tmp_path)
    found = Event.objects.filter(subject=export.reference).order_by("pk")
    assert [event.tag for event in found] == [
        Tag.EXPORT_ASKED, Tag.EXPORT_MADE, Tag.EXPORT_DOWNLOADED,
    ]  # fmt: skip
    ask, make, _ = found
    assert (ask.actor, ask.reason, facts(ask)["mode"]) == (carl.actor, "audit", "selection")
    assert facts(ask)["filters"] == ["outcome"]
    assert facts(make)["digest"] == export.artifact.digest


def test_nothing_leaves_before_the_taking_is_sealed(carl, sealed, sealing, monkeypatch):
    export = asked(carl)
    sealed()
    made(export)
    sealed()  # that it was made; what is missing is that it is taken
    monkeypatch.setattr(covering, "are_leaves", are_leaves)  # sealed is what is sealed
    monkeypatch.setattr(covering.covered, "__kwdefaults__", {"timeout": 0.05})
    response = browser(carl).get(f"/trail/exports/{export.reference}/bag.zip")
    assert response.status_code == 503
    assert not response.content.startswith(b"PK")
    with sealing.at_work():
        monkeypatch.setattr(covering.covered, "__kwdefaults__", {"timeout": 10})
        response = browser(carl).get(f"/trail/exports/{export.reference}/bag.zip")
        assert response.status_code == 200
        assert response.getvalue().startswith(b"PK")


def test_nothing_leaves_before_its_making_is_sealed(carl, sealed, monkeypatch):
    export = asked(carl)
    sealed()
    made(export)
    monkeypatch.setattr(covering, "are_leaves", are_leaves)
    monkeypatch.setattr(covering.covered, "__kwdefaults__", {"timeout": 0.05})
    with pytest.raises(Unavailable):
        exporting.fetched(export, user=carl)
    assert not Event.objects.filter(tag=Tag.ARTIFACT_OPENED, subject=export.artifact_id).exists()


@pytest.mark.parametrize("name", ["clara", "rita", "lena", "rosa", "otto", "ida", "mallory"])
def test_others_can_neither_ask_nor_fetch_nor_erase(real_house, sealed, name):
    export = asked(real_house.carl)
    made(export)
    other = getattr(real_house, name)
    with pytest.raises(NotAllowed):
        asked(other)
    with pytest.raises(NotFound):
        exporting.fetched(export, user=other)
    with pytest.raises(NotFound):
        exporting.delete(export, user=other)
    assert not Event.objects.filter(tag__in=(Tag.EXPORT_DOWNLOADED, Tag.EXPORT_DELETED)).exists()


def test_an_officer_of_another_organisation_finds_nothing(real_house, sealed):
    export = asked(real_house.carl)
    made(export)
    accounts.set_roles(real_house.mallory, roles=[Role.COMPLIANCE_OFFICER], actor=SYSTEM)
    client = browser(real_house.mallory)
    for address in ("", "bag.zip"):
        assert client.get(f"/trail/exports/{export.reference}/{address}").status_code == 404
    assert export.reference not in client.get("/trail/exports/").text


# Made once, kept for a while


def test_making_it_twice_makes_it_once(carl, sealed):
    export = asked(carl)
    made(export)
    first = export.artifact_id
    exporting.make(export, job=exporting.job_of(export))
    assert Export.objects.get(pk=export.pk).artifact_id == first
    assert Artifact.objects.filter(kind=ArtifactClass.EXPORT).count() == 1


def test_what_breaks_half_way_leaves_nothing_and_is_tried_again(carl, sealed, monkeypatch):
    export = asked(carl)

    def broken(*_, **__):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(package, "_add_cover", broken)
        assert made(export) == State.QUEUED
    assert not Artifact.objects.filter(kind=ArtifactClass.EXPORT).exists()
    exporting.Job.objects.update(due_at=timezone.now())
    assert made(export) == State.SUCCEEDED


def test_before_anything_was_signed_nothing_is_exported(real_house):
    export = asked(real_house.carl)
    assert made(export) == State.FAILED
    with pytest.raises(NotPossible):
        exporting.fetched(export, user=real_house.carl)


def test_it_has_a_clock_of_its_own_and_is_erased_by_it(carl, sealed):
    export = asked(carl)
    made(export)
    artifact = Artifact.objects.get(kind=ArtifactClass.EXPORT)
    assert artifact.due_at - artifact.created_at == timedelta(days=7)
    assert artifact.policy == retention.current_policy(artifact.organisation_id).name
    retention.erase_due(now=artifact.due_at + timedelta(seconds=1))
    assert browser(carl).get(f"/trail/exports/{export.reference}/bag.zip").status_code == 410
    assert "Erased" in browser(carl).get(f"/trail/exports/{export.reference}/").text


def test_its_officer_erases_it_earlier(carl, sealed):
    export = asked(carl)
    made(export)
    for _ in range(2):
        response = browser(carl).post(f"/trail/exports/{export.reference}/delete/")
        assert response.status_code == 302
    assert Event.objects.filter(tag=Tag.EXPORT_DELETED).count() == 1
    assert browser(carl).get(f"/trail/exports/{export.reference}/bag.zip").status_code == 410


# Pages


def test_an_export_is_asked_for_on_its_page(carl, sealed):
    client = browser(carl)
    page = client.get("/trail/exports/?outcome=refused&actor=system:jobs")
    assert "Refused or failed" in page.text
    wrong = client.post("/trail/exports/", {"mode": "range"})
    assert wrong.status_code == 422
    assert not Export.objects.exists()
    answer = client.post(
        "/trail/exports/?outcome=refused", {"mode": "selection", "reason": "incident"}
    )
    export = Export.objects.get()
    assert answer.headers["Location"] == f"/trail/exports/{export.reference}/"
    assert (export.mode, export.asks, export.reason) == (
        Mode.SELECTION, {"outcome": "refused"}, Why.INCIDENT,
    )  # fmt: skip
    waiting = client.get(answer.headers["Location"]).text
    assert "every 2s" in waiting
    made(export)
    ready = client.get(answer.headers["Location"], headers={"HX-Request": "true"}).text
    assert "every 2s" not in ready
    assert "Download" in ready
    assert "<html" not in ready


def test_a_range_leaves_the_filters_out(carl, sealed):
    browser(carl).post(
        "/trail/exports/?outcome=refused&since=2026-01-01",
        {"mode": "range", "reason": "audit", "since": "2026-02-01"},
    )
    assert Export.objects.get().asks == {"since": "2026-02-01"}


def test_denied_outcomes_keep_their_place(carl, sealed, tmp_path):
    happen(carl.organisation_id, outcome=Outcome.DENIED, actor=Actor("system:door"))
    sealed()
    export = asked(carl, Mode.SELECTION, actor="system:door")
    made(export)
    [line] = lines(unpacked(export, tmp_path))
    assert json.loads(line["body"])["outcome"] == "denied"
    assert audit.facts_of(Event.objects.get(actor="system:door")) == {}
