import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.accounts.models import Organisation
from apps.audit import health, tlog, tree
from apps.base.scope import acting_for


class Command(BaseCommand):
    help = "Check every tree of the trail against its events and its newest checkpoint."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="one; all if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        organisations = Organisation.objects.order_by("slug")
        if options["organisation"]:
            organisations = organisations.filter(slug=options["organisation"])
        wrong = 0
        for organisation in organisations:
            with acting_for(organisation.pk):
                for sentence in troubles(organisation):
                    wrong += 1
                    self.stdout.write(f"{organisation.slug}: {sentence}")
        self.stdout.write("Something is wrong." if wrong else "Every tree is what was signed.")
        sys.exit(1 if wrong else 0)


def troubles(organisation: Organisation) -> Iterator[str]:
    """What is wrong with a tree; the checkpoint's signature is for those who hold a key."""
    newest = tree.checkpoint(organisation.pk)
    if newest is None:
        yield "nothing is sealed yet"
        return
    edge = tlog.Frontier()
    for entry in tree.entries(organisation.pk, 0, newest.size):
        edge.append(entry.hash)
    if edge.root() != newest.root:
        yield "the leaves do not make the signed root"
    for gap in health.gaps(organisation.pk, now=timezone.now(), recent=newest.size):
        yield f"{gap.what.value} missing: {gap.where}"
