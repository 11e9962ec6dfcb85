from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.demo.people import person
from portal.evaluation import confidence, pipeline, readers, retention, vault
from portal.evaluation.report import report

Bench = Callable[[dict[str, Any]], dict[str, float]]


def _confidence(options: dict[str, Any]) -> dict[str, float]:
    if options["manifest"] is None:
        raise CommandError("This needs --manifest.")
    return confidence.compare(options["manifest"], limit=options["limit"])


def _vault(options: dict[str, Any]) -> dict[str, float]:
    organisation = person("clara@halden.example").organisation_id
    assert organisation is not None  # she is a sender
    return vault.compare(
        organisation,
        megabytes=options["megabytes"],
        rounds=options["rounds"],
        large_megabytes=options["large_megabytes"],
    )


def _retention(options: dict[str, Any]) -> dict[str, float]:
    return retention.compare(person("clara@halden.example"), artifacts=options["artifacts"])


def _pipeline(options: dict[str, Any]) -> dict[str, float]:
    sender = person("clara@halden.example")
    return pipeline.compare(sender, pages=options["pages"], pages_each=options["pages_each"])


def _reader(options: dict[str, Any]) -> dict[str, float]:
    return readers.over(options["documents"])


BENCHES: dict[str, Bench] = {
    "confidence": _confidence,
    "pipeline": _pipeline,
    "reader": _reader,
    "retention": _retention,
    "vault": _vault,
}
# What each takes from the command line; printed with its figures.
OPTIONS: dict[str, tuple[str, ...]] = {
    "confidence": ("limit",),
    "pipeline": ("pages", "pages_each"),
    "reader": ("documents",),
    "retention": ("artifacts",),
    "vault": ("megabytes", "large_megabytes", "rounds"),
}


class Command(BaseCommand):
    help = "Measure one part of the portal against its limit in the same run; one JSON object."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(BENCHES))
        parser.add_argument("--manifest", type=Path, help="documents with known truth")
        parser.add_argument("--limit", type=int, default=0, help="documents; 0 is all")
        parser.add_argument("--pages", type=int, default=300, help="through the pipeline")
        parser.add_argument("--pages-each", type=int, default=10, help="of one document")
        parser.add_argument("--documents", type=int, default=500, help="through one reader")
        parser.add_argument("--megabytes", type=int, default=128, help="of the file sealed")
        parser.add_argument("--large-megabytes", type=int, default=1024, help="of the large file")
        parser.add_argument("--artifacts", type=int, default=100_000, help="to be erased")
        parser.add_argument("--rounds", type=int, default=7, help="of both sides, alternating")
        parser.add_argument("--json", action="store_true", help="the only form there is")

    def handle(self, *args: Any, **options: Any) -> None:
        figures = BENCHES[options["name"]](options)
        settings = {option: options[option] for option in OPTIONS[options["name"]]}
        self.stdout.write(report(options["name"], settings=settings, figures=figures))
