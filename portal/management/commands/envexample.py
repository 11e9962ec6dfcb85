from typing import Any

from django.core.management.base import BaseCommand

from portal import example


class Command(BaseCommand):
    help = "Print an environment file for production, from what docs/settings.md says."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(example.text(), ending="")
