"""The demo people: one for each role, and Mallory, who belongs to another organisation."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from apps.accounts import services as accounts
from apps.accounts.models import Organisation, User, Workspace
from apps.accounts.roles import Role
from apps.base.errors import NotFound
from apps.base.types import Actor
from portal.embedded import secrets

SYSTEM = Actor("system:demo")
NOBODY = "There is no such person here. The demo people exist only in the embedded profile."
PAYABLE, PEOPLE, LEGAL = "Accounts payable", "People", "Legal"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str
    role: Role
    workspaces: tuple[str, ...] = ()


HALDEN = ("Halden Group", "halden", "EU · Frankfurt")
NORTHMERE = ("Northmere Textiles", "northmere", "UK · London")
CAST: dict[tuple[str, str, str], tuple[Person, ...]] = {
    HALDEN: (
        Person("Clara Diallo", "clara@halden.example", Role.SENDER, (PAYABLE, PEOPLE, LEGAL)),
        Person("Rita Brandt", "rita@halden.example", Role.REVIEWER, (PAYABLE, LEGAL)),
        Person("Remy Adeyemi", "remy@halden.example", Role.REVIEWER, (PAYABLE, PEOPLE)),
        Person("Lena Weber", "lena@halden.example", Role.REVIEW_LEAD, (PAYABLE, PEOPLE, LEGAL)),
        Person("Rosa Okafor", "rosa@halden.example", Role.RECORDS_MANAGER),
        Person("Carl Nair", "carl@halden.example", Role.COMPLIANCE_OFFICER),
        Person("Otto Sørensen", "otto@halden.example", Role.ORGANISATION_ADMIN),
        Person("Ida Integrator", "ida@halden.example", Role.INTEGRATOR, (PAYABLE,)),
    ),
    NORTHMERE: (Person("Mallory Vance", "mallory@northmere.example", Role.SENDER, (PAYABLE,)),),
}


def add_people() -> None:
    """Add whoever is not there yet, and write down how to sign in."""
    password = secrets.kept(settings.PLACES.secrets, "demo-password", secrets.passphrase)
    for (name, slug, region), cast in CAST.items():
        organisation, _ = Organisation.objects.get_or_create(
            slug=slug, defaults={"name": name, "region": region}
        )
        for person in cast:
            _add(person, organisation, password)
    _write_down(settings.PLACES.var / "people.txt", password)


def person(email: str) -> User:
    """Raises NotFound where the demo people were never added, as in production."""
    try:
        return User.objects.select_related("organisation").get(email=email)
    except User.DoesNotExist as error:
        raise NotFound(NOBODY) from error


@transaction.atomic
def _add(who: Person, organisation: Organisation, password: str) -> None:
    if User.objects.filter(email=who.email).exists():
        return
    workspaces = [
        Workspace.objects.get_or_create(organisation=organisation, name=name)[0]
        for name in who.workspaces
    ]
    accounts.add_person(
        who.email,
        name=who.name,
        organisation=organisation,
        roles=[who.role],
        workspaces=workspaces,
        password=password,
        actor=SYSTEM,
    )


def _write_down(path: Path, password: str) -> None:
    rows = [
        f"  {person.role.value:<20} {person.email:<28} {password}"
        for cast in CAST.values()
        for person in cast
    ]
    path.touch(mode=0o600)
    path.write_text("\nDemo people, their e-mail and password:\n" + "\n".join(rows) + "\n\n")
