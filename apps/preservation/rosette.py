"""A figure drawn from a fingerprint: same bytes, same figure, on screen and on paper.

A help to the eye, not a check: two figures that look alike prove nothing.
"""

import math

SIZE = 200  # of the picture, each way
RINGS, LINES, STEPS = 4, 5, 180  # a ring is so many lines, and a line so many points
BYTES = 8  # of the fingerprint that shape a ring


def paths(fingerprint: str) -> list[str]:
    """The lines of the figure of a SHA-256 in hexadecimal, each as an SVG path."""
    given = bytes.fromhex(fingerprint)
    return [
        _line(ring, line, given[ring * BYTES : (ring + 1) * BYTES])
        for ring in range(RINGS)
        for line in range(LINES)
    ]


def _line(ring: int, line: int, given: bytes) -> str:
    """One closed curve: petals around a circle, swelling and shrinking as they go round."""
    petals, swells = 5 + given[0] % 9, 5 + given[1] % 11
    height, turn = 6 + given[2] % 16, given[3] / 255 * math.tau
    middle = 30 + ring * 13 + given[4] % 8
    points = []
    for step in range(STEPS + 1):
        angle = step / STEPS * math.tau
        swell = 0.6 + 0.4 * math.cos(swells * angle - line * 0.2)
        radius = middle + height * swell * math.sin(petals * angle + turn + line * 0.42)
        x, y = SIZE / 2 + radius * math.cos(angle), SIZE / 2 + radius * math.sin(angle)
        points.append(f"{x:.1f} {y:.1f}")
    return f"M{'L'.join(points)}Z"
