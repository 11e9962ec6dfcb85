"""Keys that wrap keys: root → organisation → artifact, and what is derived for single values.

A wrapped key names what it is for in its associated data, so that a key wrapped for one
organisation or artifact cannot be passed off as another's.

Source: AES-GCM as in NIST SP 800-38D with random 96-bit nonces (8.2.2); HKDF, RFC 5869.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from apps.base.errors import Unreadable

KEY = 32  # bytes
NONCE = 12  # bytes
VALUE_FORMAT = b"\x01"


def new_key() -> bytes:
    return AESGCM.generate_key(bit_length=KEY * 8)


def wrap(key: bytes, *, by: bytes, context: Mapping[str, str]) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(by).encrypt(nonce, key, _bytes(context))


def unwrap(wrapped: bytes, *, by: bytes, context: Mapping[str, str]) -> bytes:
    """Raises Unreadable if the wrapping key or the context is another."""
    try:
        return AESGCM(by).decrypt(wrapped[:NONCE], wrapped[NONCE:], _bytes(context))
    except (InvalidTag, ValueError) as error:
        raise Unreadable("The key for this content does not fit.") from error


@dataclass(frozen=True, slots=True)
class RootKeys:
    """The keys that come from outside; the newest wraps, the older ones still open."""

    keys: Mapping[str, bytes]  # by id
    current: str

    @classmethod
    def parse(cls, text: str) -> RootKeys:
        """Read lines of `id:64 hexadecimal digits`; the last line is the current key.

        Raises:
            ValueError: a line is malformed, or there is none.
        """
        keys = dict(_parsed(line) for line in text.split() if line)
        if not keys:
            raise ValueError("There is no root key.")
        return cls(keys, current=list(keys)[-1])

    def wrap(self, key: bytes, *, context: Mapping[str, str]) -> bytes:
        wrapped = wrap(key, by=self.keys[self.current], context=context)
        return self.current.encode() + b":" + wrapped

    def unwrap(self, wrapped: bytes, *, context: Mapping[str, str]) -> bytes:
        """Raises Unreadable if the root key is gone or the context is another."""
        name, _, rest = wrapped.partition(b":")
        root = self.keys.get(name.decode(errors="replace"))
        if root is None:
            raise Unreadable("The root key for this content is not loaded.")
        return unwrap(rest, by=root, context=context)


class ValueCipher:
    """Seals single values of one document; a value opens only in the row it was sealed for."""

    def __init__(self, key: bytes, *, organisation: object) -> None:
        self._key, self._organisation = key, str(organisation)
        self._ciphers: dict[str, AESGCM] = {}

    def seal(self, value: str, *, column: str, row: object) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        sealed = self._for(column).encrypt(nonce, value.encode(), self._place(column, row))
        return VALUE_FORMAT + nonce + sealed

    def open(self, sealed: bytes, *, column: str, row: object) -> str:
        """Raises Unreadable if the value was changed or moved."""
        nonce, body = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            return self._for(column).decrypt(nonce, body, self._place(column, row)).decode()
        except (InvalidTag, ValueError) as error:
            raise Unreadable("A stored value was changed.") from error

    def _for(self, column: str) -> AESGCM:
        if column not in self._ciphers:
            derived = HKDF(hashes.SHA256(), KEY, None, f"value|{column}".encode())
            self._ciphers[column] = AESGCM(derived.derive(self._key))
        return self._ciphers[column]

    def _place(self, column: str, row: object) -> bytes:
        return f"{self._organisation}|{column}|{row}".encode()


def _parsed(line: str) -> tuple[str, bytes]:
    name, _, digits = line.partition(":")
    key = bytes.fromhex(digits)
    if not name or len(key) != KEY:
        raise ValueError("A root key is written as id:64 hexadecimal digits.")
    return name, key


def _bytes(context: Mapping[str, str]) -> bytes:
    return json.dumps(dict(context), sort_keys=True).encode()
