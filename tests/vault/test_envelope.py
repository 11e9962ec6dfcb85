"""A sealed stream: what was written comes back, and what was touched does not."""

import hashlib
import io
import json
import random
import struct
import tracemalloc
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.base.errors import Unreadable
from apps.vault.envelope import (
    CHUNK,
    LONGEST_HEADER,
    MAGIC,
    TAG,
    OpenedStream,
    SealingStream,
)

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
CONTEXT = {"artifact": "a", "document": "d", "kind": "original", "organisation": "o"}
few = settings(deadline=None, max_examples=40)


def content(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def sealed(*pieces: bytes, key: bytes = KEY, context=CONTEXT) -> bytes:
    sink = io.BytesIO()
    stream = SealingStream(sink, key=key, context=context)
    for piece in pieces:
        stream.write(piece)
    stream.close()
    return sink.getvalue()


def opened(stream: bytes, *, key: bytes = KEY, context=CONTEXT) -> OpenedStream:
    return OpenedStream(io.BytesIO(stream), key=key, context=context)


def head_of(stream: bytes) -> int:
    """Where the first chunk begins."""
    return len(MAGIC) + 4 + struct.unpack(">I", stream[len(MAGIC) : len(MAGIC) + 4])[0]


def parts(stream: bytes) -> tuple[bytes, list[bytes]]:
    """The head, and the sealed chunks."""
    start, step = head_of(stream), CHUNK + TAG
    body = stream[start:]
    return stream[:start], [body[at : at + step] for at in range(0, len(body), step)]


def refused(stream: bytes, **about) -> None:
    with pytest.raises(Unreadable):
        opened(stream, **about).read()


THREE = content(2 * CHUNK + 1000)
SEALED = sealed(THREE)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_is_sealed_comes_back(size):
    plain = content(size)
    stream = opened(sealed(plain))
    assert stream.size == size
    assert stream.read() == plain


@few
@given(st.lists(st.integers(0, CHUNK + 10), max_size=8))
def test_how_it_is_written_makes_no_difference(sizes):
    pieces = [content(size, seed) for seed, size in enumerate(sizes)]
    stream = sealed(*pieces)
    assert opened(stream).read() == b"".join(pieces)
    assert len(stream) == len(sealed(b"".join(pieces)))


@few
@given(st.integers(0, len(THREE) + 10), st.integers(0, CHUNK + 10))
def test_it_is_read_anywhere(position, count):
    stream = opened(SEALED)
    assert stream.seek(position) == stream.tell() == position
    assert io.BufferedReader(stream).read(count) == THREE[position : position + count]


def test_it_is_read_from_the_end_and_from_here():
    stream = opened(SEALED)
    stream.seek(-10, io.SEEK_END)
    assert stream.read() == THREE[-10:]
    stream.seek(-5, io.SEEK_CUR)
    assert stream.read() == THREE[-5:]
    assert stream.seek(-1) == 0


def test_no_plain_byte_is_in_it():
    plain = b"a sentence that is easy to find " * 20
    assert b"easy to find" not in sealed(plain)


def test_the_same_content_is_never_sealed_the_same_way():
    assert sealed(b"x") != sealed(b"x")


@few
@given(st.integers(0, 8 * len(SEALED) - 1))
def test_one_changed_bit_anywhere_is_noticed(bit):
    changed = bytearray(SEALED)
    changed[bit // 8] ^= 1 << bit % 8
    refused(bytes(changed))


def test_a_changed_byte_of_the_head_is_noticed():
    for at in range(head_of(SEALED)):
        changed = bytearray(SEALED)
        changed[at] ^= 1
        refused(bytes(changed))


@pytest.mark.parametrize("chunk", range(3))
@pytest.mark.parametrize("at", [0, -TAG - 1, -TAG, -1])
def test_a_changed_byte_of_a_chunk_or_its_tag_is_noticed(chunk, at):
    head, chunks = parts(SEALED)
    changed = bytearray(chunks[chunk])
    changed[at] ^= 1
    chunks[chunk] = bytes(changed)
    refused(head + b"".join(chunks))


@few
@given(st.integers(0, len(SEALED) - 1))
def test_a_stream_cut_short_is_refused(end):
    refused(SEALED[:end])


@pytest.mark.parametrize("kept", range(3))
def test_a_stream_cut_between_chunks_is_refused(kept):
    head, chunks = parts(SEALED)
    refused(head + b"".join(chunks[:kept]))


def test_a_cut_stream_shows_none_of_what_is_left_of_it():
    with pytest.raises(Unreadable):
        opened(SEALED[:-1])


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 1, 0), (0, 2), (1, 2), (0, 0, 1, 2)])
def test_chunks_cannot_be_swapped_dropped_or_repeated(order):
    head, chunks = parts(SEALED)
    refused(head + b"".join(chunks[at] for at in order))


@pytest.mark.parametrize("more", [b"x", bytes(TAG), parts(SEALED)[1][0], parts(SEALED)[1][2]])
def test_nothing_can_be_appended(more):
    refused(SEALED + more)


def test_chunks_of_another_stream_under_the_same_key_do_not_fit():
    head, chunks = parts(SEALED)
    _, others = parts(sealed(THREE))
    for at in range(3):
        refused(head + b"".join([*chunks[:at], others[at], *chunks[at + 1 :]]))


def test_another_key_does_not_open_it():
    refused(SEALED, key=OTHER_KEY)


@pytest.mark.parametrize("name", CONTEXT)
def test_it_belongs_to_one_artifact_of_one_document(name):
    refused(SEALED, context={**CONTEXT, name: "another"})


def test_the_body_under_anothers_head_is_refused():
    head, _ = parts(sealed(THREE, context={**CONTEXT, "document": "another"}))
    _, chunks = parts(SEALED)
    refused(head + b"".join(chunks), context={**CONTEXT, "document": "another"})


def test_its_head_names_what_it_belongs_to_and_nothing_else():
    head, _ = parts(SEALED)
    fields = json.loads(head[len(MAGIC) + 4 :])
    assert fields.pop("prefix") and fields.pop("cipher") == "AES-256-GCM-STREAM"
    assert fields == CONTEXT


class Counting(io.BytesIO):
    """Remembers how much was asked of it."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.asked: list[int | None] = []

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked.append(size)
        return super().read(size)


@pytest.mark.parametrize("length", [LONGEST_HEADER + 1, 2**31, 2**32 - 1])
def test_a_head_that_claims_to_be_long_is_not_read(length):
    source = Counting(MAGIC + struct.pack(">I", length) + b" " * (LONGEST_HEADER + 1))
    with pytest.raises(Unreadable):
        OpenedStream(source, key=KEY, context=CONTEXT)
    assert source.asked == [len(MAGIC) + 4]


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b"null",
        b"{}",
        b"\xff",
        b'{"prefix": 1}',
        b'{"prefix": "zz"}',
        b'{"prefix": "00"}',
        b'{"prefix": null}',
    ],
)
def test_a_head_that_says_nothing_is_refused(header):
    refused(MAGIC + struct.pack(">I", len(header)) + header + bytes(TAG))


@pytest.mark.parametrize("start", [b"", b"ASV", MAGIC, MAGIC + b"\0\0", b"%PDF-1.7 plain content"])
def test_what_was_never_sealed_is_refused(start):
    refused(start)


class Nowhere:
    def write(self, data: bytes | memoryview) -> None:
        pass


def peak_of_sealing(chunks: int) -> int:
    piece = bytes(CHUNK)
    tracemalloc.start()
    stream = SealingStream(Nowhere(), key=KEY, context=CONTEXT)
    for _ in range(chunks):
        stream.write(piece)
    stream.close()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def peak_of_reading(path: Path, chunks: int) -> int:
    path.write_bytes(sealed(*[bytes(CHUNK)] * chunks))
    buffer = bytearray(CHUNK)
    tracemalloc.start()
    with OpenedStream(path.open("rb", buffering=0), key=KEY, context=CONTEXT) as stream:
        while stream.readinto(buffer):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def alone(measure: Callable[..., int], *given: object) -> int:
    """Measured in a process without the threads that other tests have left at work."""
    with get_context("fork").Pool(1) as pool:
        return pool.apply(measure, given)


def test_sealing_a_large_file_takes_no_more_memory_than_a_small_one():
    assert alone(peak_of_sealing, 60) < alone(peak_of_sealing, 2) + CHUNK // 4


def test_reading_a_large_file_takes_no_more_memory_than_a_small_one(tmp_path):
    small, large = (alone(peak_of_reading, tmp_path / "sealed", chunks) for chunks in (2, 30))
    assert large < small + CHUNK // 4


def test_reading_goes_on_after_a_broken_chunk_was_met():
    head, chunks = parts(SEALED)
    broken = bytearray(chunks[1])
    broken[0] ^= 1
    stream = opened(head + chunks[0] + bytes(broken) + chunks[2])
    assert stream.read(10) == THREE[:10]
    for _ in range(2):
        stream.seek(CHUNK)
        with pytest.raises(Unreadable):
            stream.read(10)
    stream.seek(2 * CHUNK)
    assert stream.read() == THREE[2 * CHUNK :]


def test_closing_it_closes_what_it_reads_from():
    source = io.BytesIO(SEALED)
    with OpenedStream(source, key=KEY, context=CONTEXT):
        pass
    assert source.closed


@pytest.mark.parametrize("stream", [b"plain content", SEALED[:-1]], ids=["no head", "cut"])
def test_what_cannot_be_opened_leaves_no_file_open(stream):
    source = io.BytesIO(stream)
    with pytest.raises(Unreadable):
        OpenedStream(source, key=KEY, context=CONTEXT)
    assert source.closed


@pytest.mark.parametrize("damaged", [0, 1, 2])
def test_a_buffer_of_the_caller_never_keeps_what_was_not_proven(damaged):
    """Whole chunks are opened into it, and the cipher writes before it has checked."""
    start, step = head_of(SEALED), CHUNK + TAG
    changed = bytearray(SEALED)
    stream = OpenedStream(io.BytesIO(changed), key=KEY, context=CONTEXT)
    stream._source = io.BytesIO(_bent(changed, start + damaged * step))
    stream._loaded = -1
    stream.seek(damaged * CHUNK)
    buffer = bytearray(b"\x00" * CHUNK)
    with pytest.raises(Unreadable):
        stream.readinto(memoryview(buffer))
    assert bytes(buffer) == bytes(CHUNK)


def test_a_stream_whose_last_chunk_is_full_opens_as_well():
    """As they were written before the last chunk could be empty."""
    head, [one, _] = parts(sealed(content(CHUNK)))
    prefix = bytes.fromhex(json.loads(head[len(MAGIC) + 4 :])["prefix"])
    nonce = prefix + struct.pack(">IB", 0, 1)
    bound = hashlib.sha256(head).digest()
    assert opened(head + AESGCM(KEY).encrypt(nonce, content(CHUNK), bound)).read() == content(CHUNK)
    assert len(one) == CHUNK + TAG


def test_whole_chunks_are_sealed_and_opened_where_they_lie():
    """No second copy of a chunk is made; that is what keeps up with the cipher."""
    sink = io.BytesIO()
    stream = SealingStream(sink, key=KEY, context=CONTEXT)
    stream.write(content(3 * CHUNK))
    assert (stream._filled, len(parts(sink.getvalue())[1])) == (0, 3)


def _bent(stream: bytearray, at: int) -> bytes:
    return bytes(stream[:at]) + bytes([stream[at] ^ 1]) + bytes(stream[at + 1 :])
