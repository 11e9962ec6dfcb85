"""The verbs of review."""

from apps.review.services.asking import ask, erase, withdraw
from apps.review.services.claims import claim, heartbeat, release, release_expired
from apps.review.services.classes import ask_class, chosen_class
from apps.review.services.decisions import Answer, decide, seal_late, skip, undo
from apps.review.services.looking import crop, current_items, grant_line, line

__all__ = [
    "Answer",
    "ask",
    "ask_class",
    "chosen_class",
    "claim",
    "crop",
    "current_items",
    "decide",
    "erase",
    "grant_line",
    "heartbeat",
    "line",
    "release",
    "release_expired",
    "seal_late",
    "skip",
    "undo",
    "withdraw",
]
