from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.evaluation import confidence
from portal.evaluation.report import report

Bench = Callable[[dict[str, Any]], dict[str, float]]


def _confidence(options: dict[str, Any]) -> dict[str, float]:
    if options["manifest"] is None:
        raise CommandError("This needs --manifest.")
    return confidence.compare(options["manifest"], limit=options["limit"])


BENCHES: dict[str, Bench] = {"confidence": _confidence}


class Command(BaseCommand):
    help = "Measure one part of the portal against its limit in the same run; one JSON object."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(BENCHES))
        parser.add_argument("--manifest", type=Path, help="documents with known truth")
        parser.add_argument("--limit", type=int, default=0, help="documents; 0 is all")
        parser.add_argument("--json", action="store_true", help="the only form there is")

    def handle(self, *args: Any, **options: Any) -> None:
        figures = BENCHES[options["name"]](options)
        settings = {"limit": options["limit"]}
        self.stdout.write(report(options["name"], settings=settings, figures=figures))
