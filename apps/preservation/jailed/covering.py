"""Behind the wall: which bytes a signature covers, read from the bytes alone.

A library that reads objects can be led to the wrong ones; ranges and gaps cannot be argued with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})")
END = b"%%EOF"
BLANK = b" \t\r\n\f\0"
HEXADECIMAL = re.compile(rb"<[0-9A-Fa-f\s]*>")
MOST = 64  # remnants told


@dataclass(frozen=True, slots=True)
class Span:
    """Two ranges around a gap, in bytes."""

    start: int
    before: int  # length
    after: int  # where the second begins
    rest: int  # length

    @property
    def end(self) -> int:
        return self.after + self.rest

    def holds(self, content: bytes, contents: bytes) -> bool:
        """Whether it covers all from the first byte to its end but exactly the signature."""
        if self.start != 0 or not 0 < self.before < self.after <= self.end <= len(content):
            return False
        gap = content[self.before : self.after]
        if not HEXADECIMAL.fullmatch(gap):
            return False
        digits = gap[1:-1].translate(None, BLANK).decode()
        return bytes.fromhex(digits + "0" * (len(digits) % 2)) == contents


def span(byte_range: Sequence[object]) -> Span | None:
    """The ranges as a signature states them, if they are four whole numbers."""
    numbers = [int(str(one)) for one in byte_range if str(one).isdecimal()]
    return Span(*numbers) if len(numbers) == len(byte_range) == 4 else None


def remnants(content: bytes, known: Sequence[Span]) -> int:
    """Ranges around a signature that no form leads to and that no later signature covers."""
    spans = {Span(*map(int, found.groups())) for found in RANGE.finditer(content)}
    lost = [one for one in spans - set(known) if _is_of_this_file(one, content)]
    return sum(all(other.end < one.end for other in known) for one in lost[:MOST])


def trailing(content: bytes) -> int:
    """Bytes after the last mark of an end that are not blank."""
    return len(content[content.rfind(END) + len(END) :].strip(BLANK)) if END in content else 0


def unaccounted(content: bytes, last: Span) -> int:
    """Bytes after a signature that belongs to the last revision: nothing should stand there."""
    return len(content[last.end :].strip(BLANK))


def _is_of_this_file(one: Span, content: bytes) -> bool:
    gap = content[one.before : one.after]
    return one.start == 0 and one.rest > 0 and gap[:1] == b"<" and gap[-1:] == b">"
