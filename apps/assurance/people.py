"""From names to actors: an officer asks for a person by name, and the address holds an id."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from apps.accounts.models import ApiKey, User, Workspace
from apps.audit import tallies
from apps.audit.models import Facet

MOST = 12  # to choose from
LISTED = 300  # names a browser is given to complete from
PART = "system:"


class Named(NamedTuple):
    """Who or what acted, as people call it."""

    actor: str
    name: str
    note: str = ""


def called(text: str, *, organisation: UUID) -> list[Named]:
    """Whoever is called so: people by name or e-mail, keys by name, parts of the portal."""
    own = User.objects.filter(organisation_id=organisation)
    if exact := own.filter(Q(name__iexact=text) | Q(email__iexact=text))[:MOST]:
        return [_person(person) for person in exact]
    similar = own.filter(Q(name__icontains=text) | Q(email__icontains=text))
    people = [_person(person) for person in similar.order_by("name", "pk")[:MOST]]
    keys = ApiKey.objects.filter(organisation_id=organisation, name__icontains=text)
    keys = keys.order_by("name", "pk")[:MOST]
    found = [Named(key.actor, f"Key {key.name}", key.prefix) for key in keys]
    parts = [part for part in parts_of(organisation) if text.lower() in part.name.lower()]
    return [*people, *found, *parts][:MOST]


def name_of(actor: str, *, organisation: UUID) -> str:
    """What an actor is called; empty for one that is not of the organisation."""
    kind, _, name = actor.partition(":")
    match kind:
        case "user":
            people = User.objects.filter(pk=name, organisation_id=organisation)
            return people.values_list("name", flat=True).first() or ""
        case "key":
            keys = ApiKey.objects.filter(pk=name, organisation_id=organisation)
            return keys.values_list("name", flat=True).first() or ""
    return name.capitalize()


def names(organisation: UUID) -> list[str]:
    """Names to complete from while typing."""
    own = User.objects.filter(organisation_id=organisation).order_by("name", "pk")
    return list(own.values_list("name", flat=True)[:LISTED])


def parts_of(organisation: UUID) -> list[Named]:
    """Parts of the portal that ever did anything here."""
    actors = tallies.values_of(Facet.ACTOR, organisation=organisation)
    return [
        Named(actor, actor.removeprefix(PART).capitalize(), "part of the portal")
        for actor in actors
        if actor.startswith(PART)
    ]


def workspaces(organisation: UUID) -> list[tuple[str, str]]:
    """Ids and names of an organisation's workspaces."""
    rooms = Workspace.objects.filter(organisation_id=organisation).order_by("name", "pk")
    return [(str(pk), name) for pk, name in rooms.values_list("pk", "name")]


def _person(person: User) -> Named:
    return Named(person.actor, person.name, person.email)
