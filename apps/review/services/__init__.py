"""The verbs of review."""

from apps.review.services.asking import ask, erase, withdraw
from apps.review.services.assigning import Stuck, assign, scopes_of, stuck, unassign
from apps.review.services.claims import claim, heartbeat, release, release_expired
from apps.review.services.classes import ask_class, chosen_class
from apps.review.services.corrections import correct
from apps.review.services.decisions import Answer, decide, skip, undo
from apps.review.services.final import seal_late
from apps.review.services.lessons import confusions
from apps.review.services.looking import crop, current_items, grant_line, line
from apps.review.services.pool import refill
from apps.review.services.practices import manner_of, practices_of, set_practice
from apps.review.services.quality import (
    feedback_on,
    figures_of,
    pause,
    resume,
    rule_in_force,
    set_quality,
)

__all__ = [
    "Answer",
    "Stuck",
    "ask",
    "ask_class",
    "assign",
    "chosen_class",
    "claim",
    "confusions",
    "correct",
    "crop",
    "current_items",
    "decide",
    "erase",
    "feedback_on",
    "figures_of",
    "grant_line",
    "heartbeat",
    "line",
    "manner_of",
    "pause",
    "practices_of",
    "refill",
    "release",
    "release_expired",
    "resume",
    "rule_in_force",
    "scopes_of",
    "seal_late",
    "set_practice",
    "set_quality",
    "skip",
    "stuck",
    "unassign",
    "undo",
    "withdraw",
]
