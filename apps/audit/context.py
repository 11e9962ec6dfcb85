"""What is known of the request that an event belongs to."""

import hashlib
import hmac
from contextvars import ContextVar
from dataclasses import dataclass, field

from apps.audit.tags import Tag

ADDRESS_DIGITS = 16  # hexadecimal; enough to tell two addresses apart, useless without the key


@dataclass(slots=True)
class Origin:
    """One request: its id, where it came from, and what it has recorded so far."""

    request_id: str = ""
    address: str = ""  # keyed digest, never the address itself
    recorded: set[Tag] = field(default_factory=set)


origin: ContextVar[Origin | None] = ContextVar("origin of the request", default=None)


def digest_of_address(address: str, *, key: str) -> str:
    """A short keyed digest, so that a trail shows *same place* without showing the place."""
    mac = hmac.new(key.encode(), address.encode(), hashlib.sha256)
    return mac.hexdigest()[:ADDRESS_DIGITS]
