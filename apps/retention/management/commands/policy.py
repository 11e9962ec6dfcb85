import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.accounts.models import Organisation, User
from apps.base.errors import PortalError
from apps.base.scope import acting_for
from apps.retention import services as retention
from apps.retention.changes import Mark, diff, effect_in_words
from apps.retention.packs import BrokenPolicy

Words = Callable[[Organisation, dict[str, Any]], list[str]]


class Command(BaseCommand):
    help = (
        "check: faults of the policy files, and whether they are what is in force (exit 1 if not). "
        "diff: how they differ. propose: put the files before a second person. "
        "apply: set every clock by what has come into force, now instead of within a minute."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["check", "diff", "propose", "apply"])
        parser.add_argument("--organisation", default="", help="a slug; all of them if empty")
        parser.add_argument("--by", default="", help="e-mail of who proposes; somebody else signs")
        parser.add_argument("--reason", default="", help="why, in a sentence; for propose")

    def handle(self, *args: Any, **options: Any) -> None:
        acts: dict[str, Words] = {
            "check": self._check,
            "diff": self._diff,
            "propose": self._propose,
            "apply": self._apply,
        }
        self.failed = False
        try:
            for organisation in self._organisations(options["organisation"]):
                with acting_for(organisation.pk):
                    self._say(organisation, acts[options["act"]](organisation, options))
        except (PortalError, BrokenPolicy) as error:
            raise CommandError(str(error)) from error
        if self.failed:
            sys.exit(1)

    def _organisations(self, slug: str) -> list[Organisation]:
        found = Organisation.objects.order_by("slug")
        listed = list(found.filter(slug=slug) if slug else found)
        if slug and not listed:
            raise CommandError("There is no such organisation.")
        return listed

    def _say(self, organisation: Organisation, lines: list[str]) -> None:
        self.stdout.write(f"{organisation.slug}: {retention.current_policy(organisation.pk).name}")
        for line in lines:
            self.stdout.write(f"  {line}")

    def _check(self, organisation: Organisation, options: dict[str, Any]) -> list[str]:
        found = retention.faults_in_files(organisation.pk)
        if retention.drift(organisation.pk):
            found.append("The files are not what is in force. See `manage.py policy diff`.")
        self.failed |= bool(found)
        return found or ["The files are whole, and what they say is in force."]

    def _diff(self, organisation: Organisation, options: dict[str, Any]) -> list[str]:
        changes = retention.drift(organisation.pk)
        lines = [f"{line.mark or Mark.HEAD.value:1} {line.text}" for line in diff(changes)]
        return lines or ["No difference."]

    def _propose(self, organisation: Organisation, options: dict[str, Any]) -> list[str]:
        user = User.objects.filter(email=options["by"].lower(), is_active=True).first()
        if user is None or not options["reason"]:
            raise CommandError("This needs --by, a person of the organisation, and --reason.")
        if user.organisation_id != organisation.pk:
            return ["Not their organisation; nothing was proposed."]
        version = retention.propose_files(reason=options["reason"], user=user)
        return [f"{version.name} is proposed.", *effect_in_words(version.effect)]

    def _apply(self, organisation: Organisation, options: dict[str, Any]) -> list[str]:
        version = retention.take_effect(organisation.pk, now=timezone.now())
        return [f"Every clock follows {version.name}." if version else "Every clock follows it."]
