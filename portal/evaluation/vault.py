"""How fast the vault seals and opens, against AES-GCM alone on the same files in the same run.

The rates compare framing: chunks, nonces, headers and the checks of both. Neither side waits
for the disk in them. `received` is the whole way of a file into the vault, with its SHA-256 and
with the wait until it is on the disk.
"""

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from apps.base.ids import uuid7
from apps.base.scope import acting_for
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.envelope import CHUNK, TAG, OpenedStream, SealingStream
from apps.vault.keys import new_key
from apps.vault.sealing import Sealing
from portal.evaluation import memory

CONTEXT = {"artifact": "bench", "organisation": "bench"}
RANGE = 64 * 1024  # bytes
RANGES = 200

Work = Callable[[], None]


@dataclass(slots=True)
class Rates:
    """Megabytes a second of the sides of one comparison, round by round."""

    raw: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)

    def add(self, raw: Work, ours: Work, size: int) -> None:
        """One round; the sides take turns in going first."""
        sides = [(raw, self.raw), (ours, self.ours)]
        for work, rates in reversed(sides) if len(self.raw) % 2 else sides:
            rates.append(size / _seconds(work) / 1e6)

    @property
    def ratio(self) -> float:
        """The median of each round's own ratio: what else the machine did then slowed both."""
        return median(ours / raw for ours, raw in zip(self.ours, self.raw, strict=True))


def compare(
    organisation: UUID, *, megabytes: int, rounds: int, large_megabytes: int
) -> dict[str, float]:
    """All figures of `bench vault`; what it writes is gone afterwards."""
    settings.VAULT_DIR.mkdir(parents=True, exist_ok=True)
    with (
        acting_for(organisation),
        tempfile.TemporaryDirectory(dir=settings.VAULT_DIR) as folder,
    ):
        files = Files(Path(folder), megabytes)
        growth = _growth(organisation, large_megabytes)
        return {**_rates(files, organisation, rounds), "rss_growth_1gb_mb": growth}


class Files:
    """The plain file, and what both sides make of it."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.size = megabytes << 20  # bytes
        self.key = new_key()
        self.plain, self.raw = folder / "plain", folder / "raw"
        self.ours, self.back = folder / "ours", folder / "back"
        with self.plain.open("wb") as file:
            for piece in pieces(self.size):
                file.write(piece)

    def seal_raw(self) -> None:
        cipher, plain, sealed = AESGCM(self.key), bytearray(CHUNK), bytearray(CHUNK + TAG)
        with (
            self.plain.open("rb", buffering=0) as source,
            self.raw.open("wb", buffering=0) as sink,
        ):
            for index in range(self.size // CHUNK):
                source.readinto(plain)
                cipher.encrypt_into(index.to_bytes(12), plain, None, sealed)
                sink.write(sealed)

    def open_raw(self) -> None:
        cipher, plain, sealed = AESGCM(self.key), bytearray(CHUNK), bytearray(CHUNK + TAG)
        with (
            self.raw.open("rb", buffering=0) as source,
            self.back.open("wb", buffering=0) as sink,
        ):
            for index in range(self.size // CHUNK):
                source.readinto(sealed)
                cipher.decrypt_into(index.to_bytes(12), sealed, None, plain)
                sink.write(plain)

    def seal_ours(self) -> None:
        piece = bytearray(CHUNK)
        with (
            self.plain.open("rb", buffering=0) as source,
            self.ours.open("wb", buffering=0) as sink,
        ):
            stream = SealingStream(sink, key=self.key, context=CONTEXT)
            while source.readinto(piece):
                stream.write(memoryview(piece))
            stream.close()

    def open_ours(self) -> None:
        piece = memoryview(bytearray(CHUNK))
        with self.opened() as stream, self.back.open("wb", buffering=0) as sink:
            while got := stream.readinto(piece):
                sink.write(piece[:got])

    def opened(self) -> OpenedStream:
        source = self.ours.open("rb", buffering=0)
        return OpenedStream(source, key=self.key, context=CONTEXT)

    def read_range(self) -> None:
        """Open the sealed file anew and read 64 KiB at some place."""
        at, left = random.randrange(self.size - RANGE), RANGE  # noqa: S311 - any place will do
        with self.opened() as stream:
            stream.seek(at)
            while left:
                left -= len(stream.read(left))


def pieces(size: int) -> Iterator[bytes]:
    """Bytes that compress to nothing, cheap to make."""
    piece = os.urandom(CHUNK)
    for _ in range(size // CHUNK):
        yield piece


def _rates(files: Files, organisation: UUID, rounds: int) -> dict[str, float]:
    sealing, opening, received = Rates(), Rates(), Rates()
    for _ in range(rounds):
        sealing.add(files.seal_raw, files.seal_ours, files.size)
        opening.add(files.open_raw, files.open_ours, files.size)
        received.add(files.seal_raw, lambda: _receive(organisation, files.size).abort(), files.size)
    return {
        "seal_mb_per_s": median(sealing.ours),
        "open_mb_per_s": median(opening.ours),
        "raw_gcm_mb_per_s": median(sealing.raw),
        "raw_gcm_open_mb_per_s": median(opening.raw),
        "seal_ratio": sealing.ratio,
        "open_ratio": opening.ratio,
        "received_mb_per_s": median(received.ours),
        "received_ratio": received.ratio,
        "range_read_ms": median(_seconds(files.read_range) for _ in range(RANGES)) * 1000,
    }


def _receive(organisation: UUID, size: int) -> Sealing:
    """A file on its way into the vault, up to the point where a row would be written."""
    sealing = vault.begin(ArtifactClass.ORIGINAL, organisation=organisation, document=uuid7())
    for piece in pieces(size):
        sealing.write(piece)
    sealing.finish()
    return sealing


def _growth(organisation: UUID, megabytes: int) -> float:
    """How much resident memory sealing and reading back a large file takes at its peak."""
    _receive(organisation, CHUNK).abort()  # what is loaded once is not growth
    memory.forget_peak()
    before = memory.resident_mb()
    sealing = _receive(organisation, megabytes << 20)
    with sealing.reopen() as stream:
        while stream.read(CHUNK):
            pass
    sealing.abort()
    return memory.peak_mb() - before


def _seconds(work: Work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
