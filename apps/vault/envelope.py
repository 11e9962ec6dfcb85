"""A sealed stream: AES-256-GCM in chunks, so that any size is sealed and read in flat memory.

Layout: magic | u32 length of the header | header (JSON) | chunks. A chunk is up to 256 KiB of
ciphertext and its 16-byte tag. A chunk's nonce is prefix (7) | counter (4) | last (1), so that
chunks can neither be swapped, dropped nor appended; its associated data is the digest of all
that stands before the first chunk, so that a stream belongs to one artifact of one document.

Source: the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015; AES-GCM as in
NIST SP 800-38D.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import struct
from collections.abc import Mapping
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from apps.base.errors import Unreadable

MAGIC = b"ASV1"
CHUNK = 256 * 1024  # plain bytes
TAG = 16  # bytes
PREFIX = 7  # bytes
LONGEST_HEADER = 2048  # bytes

Context = Mapping[str, str]


class Foreign(Unreadable):
    """The bytes are none of ours, or those of another artifact."""


class Sink(Protocol):
    """Where sealed bytes go."""

    def write(self, data: bytes | memoryview, /) -> object: ...


class SealingStream:
    """Seals whatever is written, piece by piece; `close` seals the last chunk."""

    def __init__(self, sink: Sink, *, key: bytes, context: Context) -> None:
        prefix = secrets.token_bytes(PREFIX)
        head = _head(context, prefix)
        sink.write(head)
        self._sink, self._prefix, self._bound = sink, prefix, hashlib.sha256(head).digest()
        self._cipher = AESGCM(key)
        self._plain = bytearray(CHUNK)
        self._sealed = bytearray(CHUNK + TAG)
        self._filled = 0
        self._index = 0

    def write(self, data: bytes | memoryview) -> None:
        """Whole chunks are sealed where they lie; only what is left over is copied and waits."""
        view = memoryview(data)
        while view:
            if not self._filled and len(view) >= CHUNK:
                taken = CHUNK
                self._seal(view[:CHUNK], last=False)
            else:
                taken = min(len(view), CHUNK - self._filled)
                self._wait(view[:taken])
            view = view[taken:]

    def close(self) -> None:
        """Seal what waits as the last chunk, which may be empty: it is what proves the end."""
        self._seal(memoryview(self._plain)[: self._filled], last=True)

    def _wait(self, view: memoryview) -> None:
        self._plain[self._filled : self._filled + len(view)] = view
        self._filled += len(view)
        if self._filled == CHUNK:
            self._seal(memoryview(self._plain), last=False)
            self._filled = 0

    def _seal(self, plain: memoryview, *, last: bool) -> None:
        sealed = memoryview(self._sealed)[: len(plain) + TAG]
        nonce = _nonce(self._prefix, self._index, last=last)
        self._cipher.encrypt_into(nonce, plain, self._bound, sealed)
        self._sink.write(sealed)
        self._index += 1


class OpenedStream(io.RawIOBase):
    """Reads a sealed stream anywhere, deciphering only the chunks that are touched.

    Raises:
        Unreadable: the bytes were changed, cut, or belong to another artifact.
    """

    def __init__(self, source: BinaryIO, *, key: bytes, context: Context) -> None:
        self._source = source  # closed with us, also if we turn out to be unreadable
        head, self._prefix = _read_head(source, context)
        self._bound = hashlib.sha256(head).digest()
        self._start = len(head)
        sealed = source.seek(0, io.SEEK_END) - self._start
        self._chunks = max(1, -(-sealed // (CHUNK + TAG)))
        self.size = sealed - self._chunks * TAG  # plain bytes
        if self.size < 0:
            raise Unreadable("The stored content was cut short.")
        self._cipher = AESGCM(key)
        self._sealed, self._plain = bytearray(CHUNK + TAG), bytearray(CHUNK)
        self._loaded, self._held, self._position = -1, 0, 0
        self._load(self._chunks - 1)  # proves the length before the first byte is served

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._position >= self.size:
            return 0
        index, offset = divmod(self._position, CHUNK)
        if len(buffer) >= CHUNK and not offset and index != self._loaded:
            count = self._decipher(index, memoryview(buffer))  # a whole chunk needs no copy
        else:
            self._load(index)
            count = min(len(buffer), self._held - offset)
            buffer[:count] = memoryview(self._plain)[offset : offset + count]
        self._position += count
        return count

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()

    def _load(self, index: int) -> None:
        if index == self._loaded:
            return
        self._loaded = -1  # a failed load leaves nothing behind
        self._held = self._decipher(index, memoryview(self._plain))
        self._loaded = index

    def _decipher(self, index: int, plain: memoryview) -> int:
        """Open one chunk into a buffer; how many bytes it holds. What is not proven is wiped."""
        self._source.seek(self._start + index * (CHUNK + TAG))
        got = _fill(self._source, memoryview(self._sealed))
        try:
            return self._cipher.decrypt_into(
                _nonce(self._prefix, index, last=index == self._chunks - 1),
                memoryview(self._sealed)[:got],
                self._bound,
                plain[: max(0, got - TAG)],
            )
        except (InvalidTag, ValueError) as error:
            plain[:CHUNK] = bytes(CHUNK)
            raise Unreadable("The stored content was changed.") from error


def sealed_size(size: int, context: Context) -> int:
    """How many bytes so many plain ones are once they are sealed: the last chunk may be empty."""
    return head_size(context) + size + (size // CHUNK + 1) * TAG


def head_size(context: Context) -> int:
    """How many bytes stand before the first chunk."""
    return len(_head(context, bytes(PREFIX)))


def _head(context: Context, prefix: bytes) -> bytes:
    header = json.dumps(
        {**context, "cipher": "AES-256-GCM-STREAM", "prefix": prefix.hex()}, sort_keys=True
    ).encode()
    return MAGIC + struct.pack(">I", len(header)) + header


def _read_head(source: BinaryIO, context: Context) -> tuple[bytes, bytes]:
    """All bytes before the first chunk, and the nonce prefix among them.

    Nothing is proven yet, so lengths are bounded before anything is allocated.
    """
    start = source.read(len(MAGIC) + 4)
    if len(start) != len(MAGIC) + 4 or not start.startswith(MAGIC):
        raise Foreign("This is not sealed content.")
    (length,) = struct.unpack(">I", start[len(MAGIC) :])
    if length > LONGEST_HEADER:
        raise Foreign("This is not sealed content.")
    header = source.read(length)
    try:
        fields = json.loads(header)
        prefix = bytes.fromhex(fields["prefix"])
        fits = len(prefix) == PREFIX and all(fields.get(k) == v for k, v in context.items())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Foreign("This is not sealed content.") from error
    if not fits:
        raise Foreign("The stored content belongs to something else.")
    return start + header, prefix


def _nonce(prefix: bytes, index: int, *, last: bool) -> bytes:
    return prefix + struct.pack(">IB", index, last)


def _fill(source: BinaryIO, buffer: memoryview) -> int:
    """Read until the buffer is full or the source ends; a store may answer in pieces."""
    got = 0
    while got < len(buffer):
        piece = source.readinto(buffer[got:])  # type: ignore[attr-defined]
        if not piece:
            break
        got += piece
    return got
