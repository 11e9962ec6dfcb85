"""Words of people, kept beside events so that they can be erased without touching the trail."""

import hashlib
import secrets
from collections.abc import Mapping

from apps.audit import canonical
from apps.audit.models import Detail, Event

SALT = 16  # bytes


def kept(event: Event, words: Mapping[str, str]) -> str:
    """Keep words for an event; the digest that stands for them in its body.

    Raises:
        ValueError: the event belongs to no organisation, so nobody could erase them.
    """
    if event.organisation_id is None:
        raise ValueError("Words are kept for an organisation.")
    salt = secrets.token_bytes(SALT)
    Detail.objects.create(
        event_id=event.pk,
        organisation_id=event.organisation_id,
        salt=salt,
        words=dict(words),
    )
    return commitment(salt, words)


def commitment(salt: bytes, words: Mapping[str, str]) -> str:
    """What binds an event to its words and says nothing of them to whoever has no salt."""
    return hashlib.sha256(salt + canonical.encode(words)).hexdigest()


def of(event: Event) -> Detail | None:
    """The words of an event; None if there are none, or none any more."""
    return Detail.objects.filter(event_id=event.pk).first()


def erase(*events: Event) -> int:
    """Erase the words of events; how many had some. The events stay, and so do their proofs."""
    erased, _ = Detail.objects.filter(event_id__in=[event.pk for event in events]).delete()
    return erased
