"""How long it took from a wish to its certificate, as bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.review.charts import Bars, Column, bars

# Up to so many seconds, in words; the last one takes the rest.
STEPS: tuple[tuple[float, str], ...] = (
    (2, "2 s"),
    (10, "10 s"),
    (60, "1 min"),
    (600, "10 min"),
    (3600, "1 h"),
    (float("inf"), "more"),
)


@dataclass(frozen=True, slots=True)
class Latency:
    bars: Bars
    summary: str


def latency(seconds: Sequence[int]) -> Latency | None:
    """Of the newest certificates that somebody asked for; None if there are none."""
    if not seconds:
        return None
    counts = [0] * len(STEPS)
    for one in seconds:
        counts[next(at for at, (most, _) in enumerate(STEPS) if one <= most)] += 1
    columns = [
        Column(text, [(count, "c1")]) for (_, text), count in zip(STEPS, counts, strict=True)
    ]
    ranked = sorted(seconds)
    half, most = ranked[len(ranked) // 2], ranked[min(len(ranked) - 1, len(ranked) * 19 // 20)]
    words = f"Half within {half} s, nineteen of twenty within {most} s, of {len(ranked)}."
    return Latency(bars(columns), words)
