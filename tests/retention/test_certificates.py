"""Certificates: never before proof, signed, and checked by a script that knows nothing of us."""

import copy
import json
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.scope import acting_for
from apps.delivery import services as delivery
from apps.retention import services as retention
from apps.retention import statements
from apps.retention.models import Certificate, Erasure
from apps.retention.offline import verify_certificate as offline
from apps.vault import signing
from apps.vault.models import Artifact
from tests.delivery.papers import DATE, HIDDEN, clear

DAY, LATER = timedelta(days=1), timedelta(days=400)


def certify(house, after: timedelta = timedelta()) -> int:
    return retention.certify(house.halden.pk, now=timezone.now() + after)


def handed(certificate: Certificate) -> dict[str, str]:
    return statements.envelope(
        bytes(certificate.body),
        signature=bytes(certificate.signature),
        key=certificate.key,
    )


def statement(certificate: Certificate) -> dict:
    return json.loads(bytes(certificate.body))


@pytest.fixture
def deleted(desk):
    document = clear(desk)
    retention.delete(document, user=desk.house.clara)
    return document


@pytest.fixture
def certificate(desk, deleted):
    certify(desk.house)
    return Certificate.objects.get()


# When


def test_what_a_person_asked_for_is_certified_at_the_next_look(desk, deleted):
    assert certify(desk.house) == 4
    assert certify(desk.house) == 0
    made = Certificate.objects.get()
    assert (made.items, made.cause, made.document) == (4, "deleted", None)
    assert set(Artifact.objects.values_list("certificate", flat=True)) == {made.pk}
    event = Event.objects.get(tag=Tag.CERTIFICATE_ISSUED)
    assert event.subject == made.number


def test_what_clocks_let_go_is_gathered_for_an_hour(desk):
    clear(desk)
    retention.erase_due(now=timezone.now() + LATER)
    assert certify(desk.house) == 0
    assert certify(desk.house, timedelta(minutes=61)) == 4
    assert Certificate.objects.get().cause == "policy"


def test_without_proof_there_is_no_certificate(desk, deleted):
    """The key of one part is gone, and its bytes may still be there."""
    Artifact.objects.filter(kind="original").update(gone_at=None)
    assert certify(desk.house) == 3
    assert "original" not in {
        item["kind"] for item in statement(Certificate.objects.get())["items"]
    }
    assert retention.of_document(Erasure.objects.get(), now=timezone.now()) is None


def test_a_document_has_a_certificate_of_its_own(deleted):
    erasure = Erasure.objects.get()
    made = retention.of_document(erasure, now=timezone.now())
    assert (made.items, made.document) == (4, deleted.pk)
    assert retention.of_document(erasure, now=timezone.now()) == made


def test_what_still_lives_is_in_no_certificate(desk):
    clear(desk)
    assert certify(desk.house, LATER) == 0


# What it says


def test_it_says_what_how_by_whom_and_what_is_elsewhere(desk):
    document = clear(desk)
    delivery.download(document, user=desk.house.clara)
    retention.delete(document, user=desk.house.clara)
    certify(desk.house)
    made = Certificate.objects.get()
    said = statement(made)
    assert {item["kind"] for item in said["items"]} == {
        "original", "page image", "fields", "result",
    }  # fmt: skip
    for item in said["items"]:
        told = set(Event.objects.filter(subject=item["artifact"]).values_list("pk", "tag"))
        assert {(str(pk), tag) for pk, tag in told} >= {
            (item["events"][0], "artifact.shredded"),
            (item["events"][1], "artifact.gone"),
        }
    assert [one["name"] for one in said["policies"]] == ["default v5"]
    assert (said["elsewhere"]["deliveries"], said["elsewhere"]["downloads"]) == (1, 1)
    assert made.number.startswith(f"CD-{said['issued_at'][:4]}")


def test_it_holds_no_content_and_no_digest_of_it(certificate, deleted):
    text = bytes(certificate.body).decode()
    digests = [one.digest for one in Artifact.objects.exclude(digest="")]
    assert len(digests) == 3
    for secret in (*HIDDEN, DATE, "paper.png", deleted.reference, *digests):
        assert secret not in text
    assert bytes(certificate.salt).hex() not in json.dumps(handed(certificate))


def test_who_is_told_the_salt_finds_the_file_again(certificate):
    original = Artifact.objects.get(kind="original")
    found = list(offline.names(statement(certificate), original.digest, bytes(certificate.salt)))
    assert [item["artifact"] for item in found] == [str(original.pk)]
    assert not list(offline.names(statement(certificate), original.digest, b"another"))


# Offline


def key_of(house) -> str:
    return signing.public_key(house.halden.pk)[1]


def test_it_holds_under_the_key_of_its_organisation(desk, certificate):
    assert offline.checked(handed(certificate), key_of(desk.house))[1] == []


def test_another_organisation_has_another_key(desk, certificate):
    with acting_for(desk.house.northmere.pk):
        other = signing.public_key(desk.house.northmere.pk)[1]
    _, wrong = offline.checked(handed(certificate), other)
    assert wrong == ["The signature is not of this statement and key."]


@pytest.mark.parametrize(
    "forge",
    [
        lambda said: said["items"].pop(),
        lambda said: said["items"].append(copy.deepcopy(said["items"][0])),
        lambda said: said["items"][0].update(kind="crop"),
        lambda said: said["items"][0].update(reread_failed_at="2020-01-01T00:00:00"),
        lambda said: said.update(cause="policy"),
        lambda said: said["elsewhere"].update(downloads=9),
    ],
)
def test_nothing_of_it_can_be_changed(desk, certificate, forge):
    said = statement(certificate)
    forge(said)
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    _, wrong = offline.checked({**handed(certificate), "statement": text}, key_of(desk.house))
    assert "The signature is not of this statement and key." in wrong


@pytest.mark.parametrize("at", [0, 31, 32, 63])
def test_no_bit_of_a_signature_can_be_changed(desk, certificate, at):
    signature = bytearray(bytes(certificate.signature))
    signature[at] ^= 1
    envelope = {**handed(certificate), "signature": signature.hex()}
    assert offline.checked(envelope, key_of(desk.house))[1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda said: said["items"].clear(), "names nothing"),
        (lambda said: said["items"][0].update(reread_failed_at="1999"), "before its key"),
        (lambda said: said["items"][0].update(events=[]), "lacks the events"),
        (lambda said: said["items"][0].pop("size"), "does not say"),
        (lambda said: said.update(issued_at="1999"), "certified before it was gone"),
        (lambda said: said["items"].append(said["items"][0]), "counted twice"),
    ],
)
def test_a_statement_that_contradicts_itself_does_not_hold(certificate, change, words):
    said = statement(certificate)
    change(said)
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert [fault for fault in offline.faults(said, text) if words in fault]


def test_the_vectors_of_the_standard_hold():
    """RFC 8032, 7.1, tests 1 to 3."""
    for public, message, signature in VECTORS:
        assert offline.is_signed(
            bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
        )
        assert not offline.is_signed(bytes.fromhex(public), b"other", bytes.fromhex(signature))


def test_the_script_needs_nothing_but_python(desk, certificate, tmp_path):
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(handed(certificate)))
    asked = [sys.executable, "-I", "-S", offline.__file__, str(path)]
    held = subprocess.run([*asked, f"--key={key_of(desk.house)}"], capture_output=True, text=True)
    assert (held.returncode, held.stdout.splitlines()[0]) == (0, "HOLDS")
    assert "4 destroyed, cause deleted" in held.stdout
    unsure = subprocess.run(asked, capture_output=True, text=True)
    assert unsure.returncode == 2
    path.write_text("{}")
    assert subprocess.run(asked, capture_output=True, text=True).returncode == 1


# Kept as it was written


@pytest.mark.parametrize(
    "statement",
    ["UPDATE retention_certificate SET cause = 'policy'", "DELETE FROM retention_certificate"],
)
def test_no_certificate_is_rewritten_or_deleted(certificate, statement):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    certificate.refresh_from_db()


VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
]
