from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import Organisation
from apps.base.errors import PortalError
from apps.base.scope import acting_for
from apps.base.types import Actor
from apps.preservation.models import Purpose
from apps.preservation.services import trusting

OPERATOR = Actor("system:operator")


class Command(BaseCommand):
    help = (
        "list: whose certificates are trusted. add FILE…: trust these roots. "
        "remove DIGEST…: trust them no longer. "
        "crl FILE…: bring revocation lists or OCSP answers; nothing is ever fetched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["list", "add", "remove", "crl"])
        parser.add_argument("what", nargs="*", help="files, or digests of certificates")
        parser.add_argument("--organisation", default="", help="a slug; needed but for crl")
        parser.add_argument(
            "--purpose", choices=[one.value for one in Purpose], default=Purpose.SIGNATURES.value
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["act"] == "crl":
                self._learn(options["what"])
                return
            organisation = self._organisation(options["organisation"])
            with acting_for(organisation.pk):
                self._act(organisation, options)
        except (PortalError, OSError) as error:
            said = str(error) if isinstance(error, PortalError) else "A file cannot be read."
            raise CommandError(said) from error

    def _organisation(self, slug: str) -> Organisation:
        found = Organisation.objects.filter(slug=slug).first()
        if found is None:
            raise CommandError("This needs --organisation, the slug of one that exists.")
        return found

    def _learn(self, files: list[str]) -> None:
        for file in files:
            word = trusting.learn(Path(file).read_bytes(), actor=OPERATOR)
            until = f", next by {word.until:%Y-%m-%d}" if word.until else ""
            self.stdout.write(f"{word.kind} of {word.since:%Y-%m-%d}{until}")

    def _act(self, organisation: Organisation, options: dict[str, Any]) -> None:
        purpose = Purpose(options["purpose"])
        for what in options["what"]:
            if options["act"] == "add":
                trusting.trust(
                    Path(what).read_bytes(),
                    purpose=purpose,
                    organisation=organisation.pk,
                    actor=OPERATOR,
                )
            elif options["act"] == "remove":
                trusting.distrust(what, organisation=organisation.pk, actor=OPERATOR)
        version = trusting.current(organisation.pk)
        self.stdout.write(f"version {version.number if version else 0}")
        for root, use in trusting.roots(version):
            self.stdout.write(f"{root.sha256}  {use}  to {root.expires_at:%Y-%m-%d}  {root.name}")
