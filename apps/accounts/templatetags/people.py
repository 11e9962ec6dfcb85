"""Names for actors. The trail holds ids; a page shows names, looked up once for all its rows."""

from collections.abc import Iterable
from uuid import UUID

from django import template

from apps.accounts.models import User
from apps.audit.models import Event

register = template.Library()

USER = "user:"


@register.simple_tag
def names_of(events: Iterable[Event], organisation_id: UUID) -> dict[str, str]:
    """The names behind the actors of some events, for people of one organisation."""
    ids = {event.actor.removeprefix(USER) for event in events if event.actor.startswith(USER)}
    people = User.objects.filter(pk__in=ids, organisation_id=organisation_id)
    return {person.actor: person.name for person in people}


@register.filter
def named(actor: str, names: dict[str, str]) -> str:
    """The name of an actor: a person, a part of the portal, or a person of nowhere."""
    if actor in names:
        return names[actor]
    return actor.removeprefix("system:").capitalize() if actor.startswith("system:") else "Unknown"
