"""What a page says."""

import re

from django.http import HttpResponse


def said(response: HttpResponse) -> str:
    """The page as a browser reads it: the breaks of its lines are blanks."""
    return " ".join(response.text.split())


# A form's token, ids, digests and fractions of seconds hold any few characters by chance.
CHANCE = re.compile(
    r"\b[0-9A-Za-z]{64}\b|[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{32,}\b|(?<=:\d\d)\.\d{3,6}"
)


def without_chance(text: str) -> str:
    """What somebody wrote, so that a short piece of a value can be looked for in it."""
    return CHANCE.sub("", text)
