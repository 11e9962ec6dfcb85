"""What every mode of the station is given: the claim, addresses, and words to advise by."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.review.advice import words
from apps.review.keymap import LETTERS, TABLES
from apps.review.models import Claim

NO_TASK = UUID(int=0)  # a place for the browser to put an id in
EACH = ("crop", "decide", "choose", "unreadable", "skip", "correct", "more", "shown", "say_digits")
WHOLE = ("claim", "heartbeat", "release", "undo")


def open_claim(user: User, now: datetime) -> Claim | None:
    return Claim.objects.filter(reviewer=user, ended_at=None, until__gt=now).first()


def of_station(held: Claim, *, mode: str) -> dict[str, Any]:
    """What the station's modules need to know of the server, and the help the keys of a mode."""
    keymap = {"tables": TABLES[mode], "letters": LETTERS}
    return {"addresses": _addresses(held), "words": words(), "mode": mode, "keymap": keymap}


def seconds_left(held: Claim | None) -> int:
    return round((held.until - timezone.now()).total_seconds()) if held else 0


def _addresses(held: Claim) -> dict[str, object]:
    """Where to ask; NO_TASK stands for a task's id."""
    return {
        **{name: reverse(f"review:{name}", args=[NO_TASK]) for name in EACH},
        **{name: reverse(f"review:{name}") for name in WHOLE},
        "glyph": reverse("review:glyph", args=[NO_TASK, 0]).removesuffix("0.png"),
        "task": str(NO_TASK),
        "home": reverse("home"),
        "person": held.reviewer_id.hex,
        "seconds": seconds_left(held),
    }
