"""Weights are fetched securely or not at all, and trusted only once somebody vouches for them."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import URLError

import pytest
from django.core.management import CommandError, call_command

from apps.extraction.engines import weights
from apps.extraction.engines.weights import DETECTION, RECOGNITION
from portal import fetching
from portal.fetching import NotFetched

CONTENT = {"detection": b"finds text", "recognition": b"reads text"}
Served = dict[str, bytes]


def digest(what: str) -> str:
    return hashlib.sha256(CONTENT[what]).hexdigest()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A table of two made-up networks, and what a server gives for each; addresses asked for."""
    names = {what: f"{what}-{digest(what)[:8]}.pt" for what in CONTENT}
    table = tmp_path / "published.toml"
    table.write_text(
        'address = "https://weights.example/{release}/{file}"\nvocab = "abc"\n'
        f'[detection]\nfast_base = ["v1", "{names["detection"]}"]\n'
        f'[recognition]\ncrnn_vgg16_bn = ["v2", "{names["recognition"]}"]\n'
    )
    monkeypatch.setattr(fetching, "PUBLISHED", table)
    served = {
        f"https://weights.example/{release}/{names[what]}": CONTENT[what]
        for release, what in (("v1", "detection"), ("v2", "recognition"))
    }
    monkeypatch.setattr(fetching, "securely", lambda address: io.BytesIO(served[address]))
    return served


def fetch(folder: Path, *, confirmed: bool = True) -> None:
    fetching.fetch(
        folder,
        detection="fast_base",
        recognition="crnn_vgg16_bn",
        confirm=lambda part: confirmed,
    )


def test_what_was_fetched_and_vouched_for_can_be_loaded(served, tmp_path):
    fetch(tmp_path / "weights")
    trusted = weights.verified(tmp_path / "weights")
    assert (trusted.detection.sha256, trusted.recognition.vocab) == (digest("detection"), "abc")


def test_what_nobody_vouches_for_gets_no_manifest(served, tmp_path):
    with pytest.raises(NotFetched, match="not confirmed"):
        fetch(tmp_path, confirmed=False)
    assert not (tmp_path / weights.MANIFEST).exists()


def test_what_is_not_what_its_name_promises_is_not_kept(served, tmp_path):
    served.update(dict.fromkeys(served, b"something else"))
    folder = tmp_path / "weights"
    with pytest.raises(NotFetched, match="its name promises"):
        fetch(folder)
    assert list(folder.iterdir()) == []


def test_what_does_not_end_is_not_kept(served, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST", 5)
    folder = tmp_path / "weights"
    with pytest.raises(NotFetched, match="too large"):
        fetch(folder)
    assert list(folder.iterdir()) == []


def test_a_server_that_breaks_off_is_told_without_its_words(served, tmp_path, monkeypatch):
    def broken(_: str) -> BinaryIO:
        raise URLError("connection reset by hunter2")

    monkeypatch.setattr(fetching, "securely", broken)
    with pytest.raises(NotFetched, match="did not come: URLError"):
        fetch(tmp_path / "weights")


def test_what_is_there_is_not_fetched_again_but_looked_at_again(served, tmp_path, monkeypatch):
    fetch(tmp_path / "weights")
    monkeypatch.setattr(fetching, "securely", lambda _: pytest.fail("It was fetched again."))
    fetch(tmp_path / "weights")
    next((tmp_path / "weights").glob("detection*")).write_bytes(b"changed")
    with pytest.raises(NotFetched, match="its name promises"):
        fetch(tmp_path / "weights")


@pytest.mark.parametrize("address", ["http://weights.example/a", "ftp://x/a", "file:///etc/passwd"])
def test_only_https_is_spoken(address):
    with pytest.raises(NotFetched, match="https alone"):
        fetching.securely(address)


def test_a_redirection_to_anything_else_is_refused():
    follow: Callable[..., Any] = fetching._SecureRedirects().redirect_request
    asked = fetching.Request("https://weights.example/a")
    assert follow(asked, io.BytesIO(), 302, "", {}, "https://other.example/a").full_url
    with pytest.raises(NotFetched, match="https alone"):
        follow(asked, io.BytesIO(), 302, "", {}, "http://weights.example/a")


def test_the_command_takes_digests_in_place_of_an_answer(served, tmp_path, capsys):
    both = [digest("detection"), digest("recognition").upper()]
    call_command("fetch_weights", str(tmp_path / "weights"), sha256=both)
    assert weights.verified(tmp_path / "weights")
    assert digest("detection") in capsys.readouterr().out
    with pytest.raises(CommandError, match="not confirmed"):
        call_command("fetch_weights", str(tmp_path / "again"), sha256=both[:1])


@pytest.mark.parametrize(("answer", "trusted"), [("yes", True), ("y", False), (EOFError(), False)])
def test_the_command_asks_and_takes_only_yes(served, tmp_path, monkeypatch, answer, trusted):
    def said(_: str) -> str:
        if isinstance(answer, EOFError):
            raise answer
        return answer

    monkeypatch.setattr("builtins.input", said)
    folder = tmp_path / "weights"
    if trusted:
        call_command("fetch_weights", str(folder))
    else:
        with pytest.raises(CommandError, match="not confirmed"):
            call_command("fetch_weights", str(folder))
    assert (folder / weights.MANIFEST).exists() == trusted


def test_every_network_that_may_be_loaded_is_published():
    for detection in DETECTION:
        fetching.parts(detection, "parseq")
    for recognition in RECOGNITION:
        fetching.parts("fast_base", recognition)
    with pytest.raises(NotFetched, match="no network"):
        fetching.parts("fast_base", "owl")
