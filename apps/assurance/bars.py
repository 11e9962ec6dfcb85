"""Stretches of time and what happened in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple


class Unit(Enum):
    """How much time a bar stands for, and how its beginning is said."""

    HOUR = (timedelta(hours=1), "%H:%M")
    DAY = (timedelta(days=1), "%-d %b")
    WEEK = (timedelta(days=7), "%-d %b")
    MONTH = (timedelta(days=28), "%b %Y")  # at least

    def __init__(self, length: timedelta, said: str) -> None:
        self.length, self.said = length, said

    def begin(self, at: datetime) -> datetime:
        """The beginning of the bar that a moment falls into."""
        if self is Unit.HOUR:
            return at.replace(minute=0, second=0, microsecond=0)
        day = at.replace(hour=0, minute=0, second=0, microsecond=0)
        if self is Unit.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self is Unit.MONTH else day

    def next(self, at: datetime) -> datetime:
        """The beginning of the next bar, which months have at different distances."""
        ahead = timedelta(days=32) if self is Unit.MONTH else self.length
        return self.begin(at + ahead)


class Split(NamedTuple):
    """Events of some time, by what a bar tells apart."""

    seen: int = 0  # content shown or taken away
    other: int = 0  # anything else that was done
    refused: int = 0  # or failed

    def plus(self, other: Split) -> Split:
        return Split(*map(sum, zip(self, other, strict=True)))


NOTHING = Split()


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of time and what happened in it."""

    since: datetime
    until: datetime
    split: Split

    @property
    def events(self) -> int:
        return sum(self.split)
