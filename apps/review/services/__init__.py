"""The verbs of review."""

from apps.review.services.asking import ask, erase, erase_each, withdraw, withdraw_each
from apps.review.services.assigning import Stuck, assign, scopes_of, stuck, unassign
from apps.review.services.claims import BATCH, claim, heartbeat, release, release_expired
from apps.review.services.classes import ask_class, chosen_class
from apps.review.services.corrections import correct
from apps.review.services.counting import count_up
from apps.review.services.decisions import Answer, decide, skip, undo
from apps.review.services.digits import confirm, doubt, glyph, groups
from apps.review.services.exposures import shown
from apps.review.services.final import seal_late
from apps.review.services.granting import answer, answers_for, ask_more, lapse, offers, requests_for
from apps.review.services.grid import Grid, grid
from apps.review.services.leading import board, tiles
from apps.review.services.lessons import confusions
from apps.review.services.looking import crop, current_items, more
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
from apps.review.services.seen import seen, told
from apps.review.services.taking import difference, divide, settle, take

__all__ = [
    "BATCH",
    "Answer",
    "Grid",
    "Stuck",
    "answer",
    "answers_for",
    "ask",
    "ask_class",
    "ask_more",
    "assign",
    "board",
    "chosen_class",
    "claim",
    "confirm",
    "confusions",
    "correct",
    "count_up",
    "crop",
    "current_items",
    "decide",
    "difference",
    "divide",
    "doubt",
    "erase",
    "erase_each",
    "feedback_on",
    "figures_of",
    "glyph",
    "grid",
    "groups",
    "heartbeat",
    "lapse",
    "manner_of",
    "more",
    "offers",
    "pause",
    "practices_of",
    "refill",
    "release",
    "release_expired",
    "requests_for",
    "resume",
    "rule_in_force",
    "scopes_of",
    "seal_late",
    "seen",
    "set_practice",
    "set_quality",
    "settle",
    "shown",
    "skip",
    "stuck",
    "take",
    "tiles",
    "told",
    "unassign",
    "undo",
    "withdraw",
    "withdraw_each",
]
