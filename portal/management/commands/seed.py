from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo.documents import send_documents
from portal.demo.people import add_people


class Command(BaseCommand):
    help = "Add the demo people and documents of an embedded installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", action="store_true")
        parser.add_argument("--documents", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("Demo people and documents exist only in the embedded profile.")
        if options["people"]:
            add_people()
        if options["documents"]:
            send_documents(self.say)

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
