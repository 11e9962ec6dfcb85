"""The keys that sign checkpoints: read from a file by the sequencer, and by nobody else.

The file holds one key a line, in the form other tools know: `PRIVATE+KEY+name+id+…` signs, and
`name+id+…` signed once and is still believed. All that sign do so side by side, so that for as
long as two of them stand there, whoever knows either is content (docs/runbooks).
"""

import base64
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from apps.audit import notes
from apps.audit.notes import ED25519, Head, Verifier

PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class Signer:
    verifier: Verifier
    key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def parse(cls, line: str) -> "Signer":
        """Read a private line.

        Raises:
            ValueError: it is none, or its id is another key's.
        """
        name, claimed, secret = line.removeprefix(PRIVATE).split("+", 2)
        raw = base64.b64decode(secret, validate=True)
        if raw[:1] != ED25519:
            raise ValueError("This is no key of Ed25519.")
        key = Ed25519PrivateKey.from_private_bytes(raw[1:])
        verifier = Verifier(name, key.public_key().public_bytes_raw())
        if claimed != verifier.id.hex():
            raise ValueError("The short id is that of another key.")
        return cls(verifier, key)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Who signs, and whose signatures are believed."""

    signers: list[Signer]
    verifiers: list[Verifier]

    @property
    def name(self) -> str:
        return self.signers[0].verifier.name

    def sign(self, head: Head) -> str:
        """A checkpoint, signed by all."""
        text = str(head)
        return notes.signed(
            text, [(one.verifier, one.key.sign(text.encode())) for one in self.signers]
        )

    def opened(self, note: str) -> Head:
        """What one of ours signed.

        Raises:
            ValueError: it was not.
        """
        return notes.opened(note, by=self.verifiers, check=is_signed)


def read(lines: Iterable[str]) -> KeyRing:
    """The keys of a file.

    Raises:
        ValueError: a line is malformed, or none signs.
    """
    kept = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    signers = [Signer.parse(line) for line in kept if line.startswith(PRIVATE)]
    others = [Verifier.parse(line) for line in kept if not line.startswith(PRIVATE)]
    if not signers:
        raise ValueError("No key of the file signs.")
    return KeyRing(signers, [*(one.verifier for one in signers), *others])


def new(name: str) -> str:
    """A private line for a new key.

    Raises:
        ValueError: the name holds a space or a plus sign.
    """
    if not notes.NAME.fullmatch(name):
        raise ValueError("A key's name holds no spaces and no plus signs.")
    key = Ed25519PrivateKey.generate()
    verifier = Verifier(name, key.public_key().public_bytes_raw())
    secret = base64.b64encode(ED25519 + key.private_bytes_raw()).decode()
    return f"{PRIVATE}{name}+{verifier.id.hex()}+{secret}"


def kept(path: Path, *, name: str) -> KeyRing:
    """The keys in a file that only its owner can read; made the first time."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(new(name) + "\n")
    return read(path.read_text().splitlines())


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True
