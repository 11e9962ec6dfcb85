"""What is known of the request that an event belongs to."""

import hashlib
import hmac
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from apps.audit.tags import Tag

ADDRESS_DIGITS = 16  # hexadecimal; enough to tell two addresses apart, useless without the key


class Recorded(Protocol):
    """An event, as far as a request needs to know it."""

    id: UUID
    tag: str


@dataclass(slots=True)
class Origin:
    """One request: its id, where it came from, and what it has recorded so far."""

    request_id: str = ""
    address: str = ""  # keyed digest, never the address itself
    recorded: set[Tag] = field(default_factory=set)
    unsealed: list[UUID] = field(default_factory=list)  # events to be sealed before the answer

    def note(self, event: Recorded, *, seal_first: bool) -> None:
        """Remember what was recorded."""
        self.recorded.add(Tag(event.tag))
        if seal_first:
            self.unsealed.append(event.id)


origin: ContextVar[Origin | None] = ContextVar("origin of the request", default=None)


def digest_of_address(address: str, *, key: str) -> str:
    """A short keyed digest, so that a trail shows *same place* without showing the place."""
    mac = hmac.new(key.encode(), address.encode(), hashlib.sha256)
    return mac.hexdigest()[:ADDRESS_DIGITS]
