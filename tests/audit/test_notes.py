"""Checkpoints and keys are text that programs of others read, and nothing else is taken."""

import base64
import importlib.util
from pathlib import Path

import pytest

from apps.audit import notes, signing
from apps.audit.notes import Head, Verifier

RING = signing.read([signing.new("portal.test")])
HEAD = Head("portal.test/tree", 7, b"\x07" * 32)
VERIFIER = Path(__file__).parents[2] / "static" / "verify_audit.py"
# RFC 8032, section 7.1: public key, message, signature.
KNOWN = [
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


@pytest.fixture(scope="module")
def verifier():
    spec = importlib.util.spec_from_file_location("verify_audit", VERIFIER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("public", "message", "signature"), KNOWN)
def test_the_verifiers_own_ed25519_agrees_with_the_standard(verifier, public, message, signature):
    key, said, by = (bytes.fromhex(text) for text in (public, message, signature))
    assert verifier.is_signed(key, said, by)
    assert signing.is_signed(key, said, by)
    for changed in (by[:-1] + bytes([by[-1] ^ 1]), bytes([by[0] ^ 1]) + by[1:], by[:-1], b""):
        assert not verifier.is_signed(key, said, changed)
    assert not verifier.is_signed(key, said + b".", by)
    assert not verifier.is_signed(b"\xff" * 32, said, by)


def test_a_signature_with_a_scalar_too_large_is_none(verifier):
    public, message, signature = (bytes.fromhex(text) for text in KNOWN[0])
    scalar = int.from_bytes(signature[32:], "little") + verifier.ORDER
    large = signature[:32] + scalar.to_bytes(32, "little")
    assert not verifier.is_signed(public, message, large)


def test_a_checkpoint_is_read_back(verifier):
    note = RING.sign(HEAD)
    assert RING.opened(note) == notes.read(note) == HEAD
    keys = [verifier.key(str(RING.verifiers[0]))]
    assert verifier.opened(note, keys) == (HEAD.origin, HEAD.size, HEAD.root)
    assert note.splitlines()[:3] == [
        "portal.test/tree", "7", base64.b64encode(b"\x07" * 32).decode()
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n7\n", "\n8\n"),
        lambda note: note.replace("portal.test/tree", "portal.test/other"),
        lambda note: note.replace("\u2014", "-"),
        lambda note: note.rpartition("\n\n")[0],
        lambda note: "",
        lambda note: note + "more\n",
    ],
)
def test_a_checkpoint_that_was_changed_is_none(verifier, change):
    note = change(RING.sign(HEAD))
    with pytest.raises(ValueError):
        RING.opened(note)
    with pytest.raises((ValueError, verifier.Wrong)):
        verifier.opened(note, [verifier.key(str(RING.verifiers[0]))])


def test_signatures_of_strangers_are_passed_over():
    other = signing.read([signing.new("witness.test")])
    text = str(HEAD)
    both = [(one.verifier, one.key.sign(text.encode())) for one in (*other.signers, *RING.signers)]
    assert RING.opened(notes.signed(text, both)) == HEAD


def test_a_verifier_key_is_read_back():
    assert Verifier.parse(str(RING.verifiers[0])) == RING.verifiers[0]


@pytest.mark.parametrize(
    "line",
    [
        "portal.test+00000000+AQ==",
        str(RING.verifiers[0]).replace("portal.test", "another.test"),
        str(RING.verifiers[0])[:-4],
        "portal.test",
        "",
    ],
    ids=["wrong digest", "other name", "cut short", "name alone", "nothing"],
)
def test_what_is_no_verifier_key_is_refused(line):
    with pytest.raises(ValueError):
        Verifier.parse(line)


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path):
    path = tmp_path / "sequencer" / "keys"
    made = signing.kept(path, name="portal.test")
    assert path.stat().st_mode & 0o077 == 0
    assert signing.kept(path, name="portal.test").verifiers == made.verifiers


def test_a_key_is_not_shown_by_accident():
    assert "key=" not in repr(RING.signers[0])
    assert signing.PRIVATE not in repr(RING)


@pytest.mark.parametrize(
    "lines", [[], ["# nothing"], [str(RING.verifiers[0])], ["PRIVATE+KEY+a+00000000+AQ=="]]
)
def test_a_file_without_a_key_that_signs_is_refused(lines):
    with pytest.raises(ValueError):
        signing.read(lines)


@pytest.mark.parametrize("name", ["two words", "a+b", ""])
def test_a_keys_name_is_one_word(name):
    with pytest.raises(ValueError, match="no spaces"):
        signing.new(name)
