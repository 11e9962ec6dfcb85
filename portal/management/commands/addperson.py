import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.accounts import services as accounts
from apps.accounts.models import Organisation, Workspace
from apps.accounts.roles import Role
from apps.base.errors import PortalError
from apps.base.scope import acting_for
from apps.base.types import Actor

OPERATOR = Actor("system:operator")


class Command(BaseCommand):
    help = "Add a person, and organisation and workspaces where they are new; say the password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="as people say it")
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--called", default="", help="name of the organisation, if it is new")
        parser.add_argument("--region", default="", help="where its data stays, if it is new")
        parser.add_argument("--role", action="append", required=True, choices=[*map(str, Role)])
        parser.add_argument("--workspace", action="append", default=[], metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        password = secrets.token_urlsafe(16)
        try:
            self._add(options, password)
        except PortalError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['email']} signs in with {password}")
        self.stderr.write("It is shown once. They change it under Password.")

    @transaction.atomic
    def _add(self, options: dict[str, Any], password: str) -> None:
        organisation = _organisation(options)
        with acting_for(organisation.pk):
            rooms = [_room(organisation, name) for name in options["workspace"]]
            accounts.add_person(
                options["email"],
                name=options["name"],
                organisation=organisation,
                roles=[Role(role) for role in options["role"]],
                workspaces=rooms,
                password=password,
                actor=OPERATOR,
            )


def _organisation(options: dict[str, Any]) -> Organisation:
    known = Organisation.objects.filter(slug=options["organisation"]).first()
    if known:
        return known
    if not options["called"] or not options["region"]:
        raise CommandError("This organisation is new: give --called and --region too.")
    return Organisation.objects.create(
        slug=options["organisation"], name=options["called"], region=options["region"]
    )


def _room(organisation: Organisation, name: str) -> Workspace:
    return Workspace.objects.get_or_create(organisation=organisation, name=name)[0]
