"""A large file goes through the upload in flat memory, and only sealed bytes touch a disk."""

import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from apps.intake.models import Document
from apps.intake.upload import SealingHandler
from portal.evaluation import memory
from tests.conftest import House

SIZE = 96 << 20  # bytes of the file; LARGE_UPLOAD_MB in the environment makes it another
MOST_GROWTH = 24  # MB; a quarter of the file, many times what passes through at once
PIECE = os.urandom(64 * 1024)
MARKER = PIECE[1000:1064]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
WRITING = os.O_WRONLY | os.O_RDWR

pytestmark = pytest.mark.usefixtures("jail_says")


class Streamed:
    """A form with one large file, made while it is read and never held."""

    def __init__(self, form: dict[str, str], size: int) -> None:
        fields = encode_multipart(BOUNDARY, form).removesuffix(f"--{BOUNDARY}--\r\n".encode())
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.png"'
        start = fields + head.encode() + b"\r\nContent-Type: image/png\r\n\r\n" + PNG
        self._end = f"\r\n--{BOUNDARY}--\r\n".encode()
        self.length = len(start) + size + len(self._end)
        self._waiting, self._left = start, size

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "Somebody wants the whole body at once."
        while len(self._waiting) < size and (self._left or self._end):
            self._waiting += PIECE[: self._left] or self._end
            self._end = self._end if self._left else b""
            self._left -= min(self._left, len(PIECE))
        said, self._waiting = self._waiting[:size], self._waiting[size:]
        return said

    def readline(self, size: int = -1) -> bytes:
        raise AssertionError("A form with files is read in pieces.")


class Opened:
    """Files that this process opens to write into, while it listens; a hook is for ever."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self.listening = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.listening and event == "open" and (arguments[2] or 0) & WRITING:
            with suppress(TypeError):  # a descriptor is no path
                self.paths.append(Path(os.fsdecode(arguments[0])))


opened = Opened()


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    seen: dict[str, float] = {}
    memory.forget_peak()
    before = memory.resident_mb()
    opened.paths, opened.listening = [], True
    try:
        yield seen
    finally:
        opened.listening = False
        seen["growth_mb"] = memory.peak_mb() - before


@pytest.fixture
def send_large(house: House, as_: Any, settings: Any) -> Any:
    size = int(os.environ.get("LARGE_UPLOAD_MB", SIZE >> 20)) << 20
    settings.LARGEST_FILE = size + 1024
    browser = as_(house.clara)
    browser.get("/upload/")  # what is loaded once is not growth
    form = {
        "token": str(uuid.uuid4()),
        "workspace": str(house.payable.pk),
        "purpose": "pay-invoices",
        "basis": "contract",
        "manual_review": "on",
    }

    def send() -> HttpResponse:
        body = Streamed(form, size)
        return browser.request(
            REQUEST_METHOD="POST",
            PATH_INFO="/upload/",
            CONTENT_TYPE=MULTIPART_CONTENT,
            CONTENT_LENGTH=str(body.length),
            HTTP_ACCEPT="application/json",
            **{"wsgi.input": body},
        )

    return send


def is_flat(seen: dict[str, float]) -> bool:
    return seen["growth_mb"] < MOST_GROWTH


def is_sealed(settings: Any) -> bool:
    """Whether only the vault was written to, and nothing there is plain."""
    files = [path for path in opened.paths if path.suffix != ".pyc"]
    assert files  # something was written, and heard
    outside = [path for path in files if not path.is_relative_to(settings.VAULT_DIR)]
    kept = [path for path in settings.VAULT_DIR.rglob("*") if path.is_file()]
    return not outside and not any(MARKER in path.read_bytes() for path in kept)


def test_a_large_file_is_sealed_as_it_comes(send_large, settings):
    with watched() as seen:
        response = send_large()
    assert response.status_code == 201
    assert Document.objects.get().size >= SIZE
    assert is_flat(seen), seen
    assert is_sealed(settings), opened.paths


def test_a_large_file_that_is_no_document_is_dropped_as_it_comes(
    send_large, settings, stored, monkeypatch
):
    monkeypatch.setitem(globals(), "PNG", b"MZ" + bytes(100))
    with watched() as seen:
        response = send_large()
    assert response.status_code == 422
    assert is_flat(seen), seen
    assert opened.paths == stored() == []


# The watch itself is proven: a handler that holds the body, or spools it, is noticed.


def test_a_body_that_is_held_is_noticed(send_large, monkeypatch):
    held = bytearray()
    receive = SealingHandler.receive_data_chunk

    def holding(handler: SealingHandler, data: bytes, start: int) -> None:
        held.extend(data)
        receive(handler, data, start)

    monkeypatch.setattr(SealingHandler, "receive_data_chunk", holding)
    with watched() as seen:
        send_large()
    assert not is_flat(seen)


def test_a_body_that_is_spooled_is_noticed(send_large, settings, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    receive = SealingHandler.receive_data_chunk
    with tempfile.TemporaryDirectory() as folder:

        def spooling(handler: SealingHandler, data: bytes, start: int) -> None:
            with Path(folder, "body").open("ab") as file:
                file.write(data)
            receive(handler, data, start)

        monkeypatch.setattr(SealingHandler, "receive_data_chunk", spooling)
        with watched() as seen:
            send_large()
    assert is_flat(seen)
    assert not is_sealed(settings)
