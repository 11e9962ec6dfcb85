from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from apps.audit import retiring


class Command(BaseCommand):
    help = "Drop the months of the trail that are older than TRAIL_MONTHS; their hashes stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only name them")

    def handle(self, *args: Any, **options: Any) -> None:
        for partition in retiring.due(now=timezone.now(), months=settings.TRAIL_MONTHS):
            gone = "" if options["dry_run"] else f": {retiring.retire(partition)} events are gone"
            self.stdout.write(f"{partition}{gone}")
