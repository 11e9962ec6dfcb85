from typing import Any

from django.core.management.base import BaseCommand

from portal import diagrams


class Command(BaseCommand):
    help = "Draw the state machines; `manage.py diagrams > docs/states.md` keeps them current."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(diagrams.page(), ending="")
