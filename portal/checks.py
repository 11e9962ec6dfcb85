"""What a production installation must have beside its environment: a wall, a role, no demo people.

`manage.py check --deploy` tells it, and no process that serves starts without it. The environment
itself is refused earlier, in `profiles.py`, before there are any settings.
"""

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, connections

from apps.accounts.models import Organisation, User
from apps.base.errors import PortalError
from apps.base.scope import acting_for
from apps.intake import jail
from apps.intake.jail import Wall
from apps.retention import services as retention
from apps.retention.models import PolicyVersion
from apps.retention.packs import BrokenPolicy

Apps = Sequence[AppConfig] | None
DEMO_DOMAINS = ("@halden.example", "@northmere.example")
NO_WALL = (
    "This machine builds no jail with bubblewrap, so no document may be opened on it. Install "
    "bubblewrap, and allow unprivileged user namespaces; deploy/README.md says how in containers."
)
DRIFT = "`manage.py policy diff` says how; `manage.py policy propose` puts it before two people."
NO_ANSWER = "The database does not answer, so nobody knows whether it may be served from."
RIGHTS = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"


def refuse_to_serve() -> None:
    """End a process that would open documents or let people in, in words, where it must not."""
    try:
        found = the_wall(None) or [*the_role(None, ["default"]), *the_people(None, ["default"])]
    except OperationalError:
        _end(NO_ANSWER)
    finally:
        connections.close_all()  # servers fork after this, and no two may share a connection
    if found:
        _end("\n".join(" ".join([one.msg, one.hint or ""]).strip() for one in found))


def _end(words: str) -> NoReturn:
    """Said past `sys.stderr`, of which the clock has made a log without words."""
    os.write(2, f"{words}\n".encode())
    sys.exit(1)


@register(Tags.security, deploy=True)
def the_profile(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    if not settings.EMBEDDED:
        return []
    return [
        Error(
            "This is the embedded profile, with demo people and keys beside the data.",
            hint="Set PORTAL_PROFILE=production.",
            id="portal.E001",
        )
    ]


@register(Tags.security, deploy=True)
def the_wall(app_configs: Apps, **_: Any) -> list[CheckMessage]:
    if jail.wall() is not Wall.BUBBLEWRAP:
        return [Error(NO_WALL, id="portal.E002")]
    try:
        tight = jail.standing().tight
    except PortalError:
        tight = False
    if tight:
        return []
    return [
        Error(
            "The jail has a hole: a trial program reached what it must not.",
            hint="The status page says what. Do not open documents on this machine.",
            id="portal.E003",
        )
    ]


@register(Tags.security, Tags.database)
def the_role(
    app_configs: Apps, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Runs before `migrate` and with `check --database default`."""
    if settings.EMBEDDED or "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(RIGHTS)
        mighty = any(cursor.fetchone() or (True,))
    if not mighty:
        return []
    return [
        Error(
            "The database role may do everything, so no wall between organisations holds.",
            hint="Make the roles of deploy/README.md, and name them in DATABASE_URL.",
            id="portal.E004",
        )
    ]


@register(Tags.security, Tags.database, deploy=True)
def the_policies(
    app_configs: Apps, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Runs with `check --deploy --database default`: what is kept follows the files."""
    if "default" not in (databases or ()) or not _has_table(PolicyVersion._meta.db_table):
        return []
    return [
        Error(f"{organisation.slug}: {fault}", hint=DRIFT, id="portal.E006")
        for organisation in Organisation.objects.order_by("slug")
        for fault in _faults(organisation)
    ]


def _faults(organisation: Organisation) -> list[str]:
    with acting_for(organisation.pk):
        try:
            found = retention.faults_in_files(organisation.pk)
        except BrokenPolicy as error:
            return [str(error)]
        return found + (
            ["The policy files are not what is in force."]
            if retention.drift(organisation.pk)
            else []
        )


def _has_table(name: str) -> bool:
    return name in connections["default"].introspection.table_names()


@register(Tags.security, Tags.database)
def the_people(
    app_configs: Apps, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    if settings.EMBEDDED or "default" not in (databases or ()):
        return []
    if not _has_table(User._meta.db_table):
        return []  # before the first migration
    found = [User.objects.filter(email__endswith=domain).exists() for domain in DEMO_DOMAINS]
    if not any(found):
        return []
    return [
        Error(
            "People of the demo are in this database, and their password lies in a file.",
            hint="Start with an empty database.",
            id="portal.E005",
        )
    ]
