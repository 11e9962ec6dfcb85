"""Signed checkpoints as text: what a tree looked like, and who says so.

A checkpoint is three lines (whose tree, how many leaves, which root), an empty line, and one line
for each signature. A signer is known by a *verifier key*, one line of text that names it and holds
its public key. Programs of other people read both.

Source: C2SP, signed-note and tlog-checkpoint.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

ED25519 = b"\x01"
DASH = "\u2014"
NAME = re.compile(r"[^\s+]+")
SIGNATURE = re.compile(rf"{DASH} (\S+) (\S+)")

Check = Callable[[bytes, bytes, bytes], bool]  # public key, message, signature


@dataclass(frozen=True, slots=True)
class Verifier:
    """Who may sign, as everybody may know it."""

    name: str
    public: bytes  # 32 bytes of Ed25519

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_text(ED25519 + self.public)}"

    @classmethod
    def parse(cls, line: str) -> "Verifier":
        """Read a verifier key.

        Raises:
            ValueError: it is none, or its short id is another's.
        """
        name, _, rest = line.strip().partition("+")
        claimed, _, key = rest.partition("+")
        raw = base64.b64decode(key, validate=True)
        verifier = cls(name, raw[1:])
        if raw[:1] != ED25519 or len(raw) != 33 or claimed != verifier.id.hex():
            raise ValueError("This is no verifier key of Ed25519.")
        return verifier


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says."""

    origin: str  # whose tree: the installation's name and the organisation's id
    size: int  # leaves
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n"


def signed(text: str, signatures: list[tuple[Verifier, bytes]]) -> str:
    """A note: the text, and under it who signed it."""
    lines = [f"{DASH} {by.name} {_text(by.id + signature)}\n" for by, signature in signatures]
    return f"{text}\n{''.join(lines)}"


def opened(note: str, *, by: list[Verifier], check: Check) -> Head:
    """What a checkpoint says, if one of the verifiers signed it.

    Signatures of others are passed over, so that more may sign later.

    Raises:
        ValueError: nobody known signed it, a known one's signature is wrong, or it is malformed.
    """
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    trusted = 0
    for line in lines.splitlines():
        found = SIGNATURE.fullmatch(line)
        if found is None:
            raise ValueError("A line of a signature is malformed.")
        raw = base64.b64decode(found[2], validate=True)
        for one in by:
            if (one.name, one.id) == (found[1], raw[:4]):
                if not check(one.public, text.encode(), raw[4:]):
                    raise ValueError("A signature is wrong.")
                trusted += 1
    if not trusted:
        raise ValueError("Nobody known signed this.")
    return read(text)


def read(text: str) -> Head:
    """What a checkpoint says, whoever signed it; also that of a whole note.

    Raises:
        ValueError: it is malformed.
    """
    parts = text.split("\n")
    if len(parts) < 4 or not parts[1].isdecimal():
        raise ValueError("This is no checkpoint.")
    return Head(parts[0], int(parts[1]), base64.b64decode(parts[2], validate=True))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
