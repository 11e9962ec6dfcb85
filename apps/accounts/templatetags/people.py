"""Names for actors. The trail holds ids; a page shows names, looked up once for all its rows."""

from collections.abc import Iterable
from uuid import UUID

from django import template

from apps.accounts.models import ApiKey, User
from apps.accounts.roles import TOLD
from apps.audit.models import Event

register = template.Library()

USER, KEY = "user:", "key:"
SOMEBODY = "Somebody"  # who has no role any more


@register.simple_tag
def names_of(
    events: Iterable[Event], organisation_id: UUID, reader: User | None = None
) -> dict[str, str]:
    """The names behind the actors of some events, for people of one organisation.

    A `reader` who may not read the trail of the organisation is told the roles of others.
    """
    actors = {event.actor for event in events}
    people = User.objects.filter(pk__in=_ids(actors, USER), organisation_id=organisation_id)
    names: dict[str, str]
    if reader and not reader.has_perm("audit.read_trail"):
        names = {person.actor: _role(person) for person in people.prefetch_related("groups")}
        names |= {reader.actor: reader.name} if reader.actor in names else {}
    else:
        names = {person.actor: person.name for person in people}
    if ids := _ids(actors, KEY):
        keys = ApiKey.objects.filter(pk__in=ids, organisation_id=organisation_id)
        names |= {key.actor: f"Key {key.name}" for key in keys}
    return names


def _role(person: User) -> str:
    held = {group.name for group in person.groups.all()}
    return next((told for role, told in TOLD.items() if role in held), SOMEBODY)


def _ids(actors: Iterable[str], kind: str) -> set[str]:
    return {actor.removeprefix(kind) for actor in actors if actor.startswith(kind)}


@register.filter
def named(actor: str, names: dict[str, str]) -> str:
    """The name of an actor: a person, a key, a part of the portal, or a person of nowhere."""
    if actor in names:
        return names[actor]
    return actor.removeprefix("system:").capitalize() if actor.startswith("system:") else "Unknown"
