"""People, their roles and their workspaces."""

from collections.abc import Iterable

from django.contrib.auth import authenticate
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.http import HttpRequest

from apps.accounts.models import Membership, Organisation, User, Workspace
from apps.accounts.roles import ROLES, Role
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.base.types import Actor


@transaction.atomic
def add_person(
    email: str,
    *,
    name: str,
    organisation: Organisation,
    roles: Iterable[Role],
    workspaces: Iterable[Workspace] = (),
    password: str | None = None,
    actor: Actor,
) -> User:
    """Add a person who may sign in. Without a password nobody can, until one is set.

    Raises:
        NotPossible: the address is taken, or a workspace belongs to another organisation.
    """
    if User.objects.filter(email__iexact=email.strip()).exists():
        raise NotPossible("Somebody already signs in with this e-mail address.")
    person = User.objects.create_user(email, password, name=name, organisation=organisation)
    set_roles(person, roles=roles, actor=actor)
    for workspace in workspaces:
        join(person, workspace=workspace)
    audit.record(Tag.PERSON_ADDED, actor=actor, subject=person.pk, organisation=organisation.pk)
    return person


@transaction.atomic
def set_roles(person: User, *, roles: Iterable[Role], actor: Actor) -> None:
    """Replace a person's roles; the trail keeps the new set."""
    names = sorted(role.value for role in roles)
    person.groups.set(Group.objects.filter(name__in=names))
    audit.record(
        Tag.ROLES_CHANGED,
        actor=actor,
        subject=person.pk,
        organisation=person.organisation_id,
        roles=names,
    )


def is_theirs(request: HttpRequest, password: str) -> bool:
    """Whether a password is that of whoever is signed in; wrong ones count as tries to sign in."""
    person = request.user
    if not isinstance(person, User):
        return False
    return authenticate(request, email=person.email, password=password) == person


def join(person: User, *, workspace: Workspace) -> None:
    """Make a person a member. Doing it twice is doing it once."""
    if workspace.organisation_id != person.organisation_id:
        raise NotPossible("A workspace takes people of its own organisation only.")
    Membership.objects.get_or_create(user=person, workspace=workspace)


def sync_roles() -> None:
    """Write the table of roles to Groups; a permission it does not name is taken away."""
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role, wanted in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.set([known[name] for name in wanted if name in known])
