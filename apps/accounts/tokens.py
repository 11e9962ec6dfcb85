"""How an API key is written: `arrowslit_<organisation>_<prefix>_<secret>`, all hexadecimal.

The organisation stands in the key because keys rest behind its wall: whoever looks a key up must
name the organisation first. The prefix finds the row and may be shown; the secret proves it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from uuid import UUID

from apps.base.types import Digest

PREFIX_DIGITS, SECRET_DIGITS = 12, 64  # hexadecimal: 48 bits to find a key by, 256 to prove it
PATTERN = re.compile(
    r"arrowslit_(?P<organisation>[0-9a-f]{32})"
    rf"_(?P<prefix>[0-9a-f]{{{PREFIX_DIGITS}}})_[0-9a-f]{{{SECRET_DIGITS}}}"
)
LONGEST = 200  # characters that are looked at


@dataclass(frozen=True, slots=True)
class Token:
    """A key in clear. It is shown once and never kept."""

    organisation: UUID
    prefix: str
    text: str

    def __repr__(self) -> str:
        return f"Token({self.prefix})"  # the secret stays out of logs and traces

    @property
    def digest(self) -> Digest:
        """What is stored. A plain hash will do: nobody guesses 256 random bits."""
        return Digest(hashlib.sha256(self.text.encode()).hexdigest())

    def matches(self, digest: str) -> bool:
        """Compare in a time that says nothing of where the two differ."""
        return hmac.compare_digest(self.digest, digest)


def make(organisation: UUID) -> Token:
    prefix = secrets.token_hex(PREFIX_DIGITS // 2)
    secret = secrets.token_hex(SECRET_DIGITS // 2)
    return Token(organisation, prefix, f"arrowslit_{organisation.hex}_{prefix}_{secret}")


def parse(text: str) -> Token | None:
    """The parts of a key; None if this is none."""
    match = PATTERN.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        return None
    return Token(UUID(match["organisation"]), match["prefix"], text)
