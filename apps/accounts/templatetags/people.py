"""Names for actors. The trail holds ids; a page shows names, looked up once for all its rows."""

from collections.abc import Iterable
from uuid import UUID

from django import template

from apps.accounts.models import ApiKey, User
from apps.audit.models import Event

register = template.Library()

USER, KEY = "user:", "key:"


@register.simple_tag
def names_of(events: Iterable[Event], organisation_id: UUID) -> dict[str, str]:
    """The names behind the actors of some events, for people of one organisation."""
    actors = {event.actor for event in events}
    people = User.objects.filter(pk__in=_ids(actors, USER), organisation_id=organisation_id)
    names: dict[str, str] = {person.actor: person.name for person in people}
    if ids := _ids(actors, KEY):
        keys = ApiKey.objects.filter(pk__in=ids, organisation_id=organisation_id)
        names |= {key.actor: f"Key {key.name}" for key in keys}
    return names


def _ids(actors: Iterable[str], kind: str) -> set[str]:
    return {actor.removeprefix(kind) for actor in actors if actor.startswith(kind)}


@register.filter
def named(actor: str, names: dict[str, str]) -> str:
    """The name of an actor: a person, a key, a part of the portal, or a person of nowhere."""
    if actor in names:
        return names[actor]
    return actor.removeprefix("system:").capitalize() if actor.startswith("system:") else "Unknown"
