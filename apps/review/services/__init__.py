"""The verbs of review."""

from apps.review.services.asking import ask, erase, withdraw
from apps.review.services.claims import claim, heartbeat, release, release_expired
from apps.review.services.classes import ask_class, chosen_class
from apps.review.services.decisions import Answer, decide, seal_late, skip, undo
from apps.review.services.exposures import shown
from apps.review.services.granting import answer, answers_for, ask_more, lapse, offers, requests_for
from apps.review.services.looking import crop, current_items, more
from apps.review.services.seen import seen, told

__all__ = [
    "Answer",
    "answer",
    "answers_for",
    "ask",
    "ask_class",
    "ask_more",
    "chosen_class",
    "claim",
    "crop",
    "current_items",
    "decide",
    "erase",
    "heartbeat",
    "lapse",
    "more",
    "offers",
    "release",
    "release_expired",
    "requests_for",
    "seal_late",
    "seen",
    "shown",
    "skip",
    "told",
    "undo",
    "withdraw",
]
