"""The verbs of review."""

from apps.review.services.asking import ask, erase, withdraw
from apps.review.services.claims import claim, heartbeat, release, release_expired
from apps.review.services.classes import ask_class, chosen_class
from apps.review.services.decisions import Answer, decide, seal_late, skip, undo
from apps.review.services.digits import confirm, doubt, glyph, groups
from apps.review.services.grid import Grid, grid
from apps.review.services.looking import crop, current_items, grant_line, line

__all__ = [
    "Answer",
    "Grid",
    "ask",
    "ask_class",
    "chosen_class",
    "claim",
    "confirm",
    "crop",
    "current_items",
    "decide",
    "doubt",
    "erase",
    "glyph",
    "grant_line",
    "grid",
    "groups",
    "heartbeat",
    "line",
    "release",
    "release_expired",
    "seal_late",
    "skip",
    "undo",
    "withdraw",
]
