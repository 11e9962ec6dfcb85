import shutil
from argparse import ArgumentParser
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.demo.people import person
from portal.evaluation import (
    confidence,
    fixity,
    pipeline,
    queue,
    readers,
    retention,
    trail,
    vault,
)
from portal.evaluation.report import report
from portal.evaluation.scratch import NoScratch

NO_BROWSER = (
    "This needs Chromium, and playwright from requirements/dev.txt, which `make check` installs."
)

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
    return retention.compare(artifacts=options["artifacts"])


def _fixity(options: dict[str, Any]) -> dict[str, float]:
    return fixity.compare(
        records=options["records"], kilobytes=options["kilobytes"], rounds=options["rounds"]
    )


def _pipeline(options: dict[str, Any]) -> dict[str, float]:
    sender = person("clara@halden.example")
    return pipeline.compare(sender, pages=options["pages"], pages_each=options["pages_each"])


def _station(options: dict[str, Any]) -> dict[str, float]:
    if find_spec("playwright") is None or shutil.which("chromium") is None:
        raise CommandError(NO_BROWSER)
    station = import_module("portal.evaluation.station")
    try:
        return dict(station.measure(decisions=options["decisions"], think_s=options["think"]))
    except NoScratch as error:
        raise CommandError(str(error)) from error


def _reader(options: dict[str, Any]) -> dict[str, float]:
    return readers.over(options["documents"])


def _queue(options: dict[str, Any]) -> dict[str, float]:
    try:
        return queue.compare(
            tasks=options["tasks"],
            reviewers=options["reviewers"],
            connections=options["connections"],
            pace=options["pace"],
        )
    except NoScratch as error:
        raise CommandError(str(error)) from error


def _audit(options: dict[str, Any]) -> dict[str, float]:
    only = options["only"].split(",") if options["only"] else []
    if unknown := set(only) - set(trail.PARTS):
        raise CommandError(f"No part is called {sorted(unknown)[0]}: {', '.join(trail.PARTS)}.")
    how = {name: options[name] for name in OPTIONS["audit"] if name != "only"}
    try:
        return trail.compare(trail.Sizes(**how), only)
    except NoScratch as error:
        raise CommandError(str(error)) from error


BENCHES: dict[str, Bench] = {
    "audit": _audit,
    "confidence": _confidence,
    "fixity": _fixity,
    "pipeline": _pipeline,
    "station": _station,
    "reader": _reader,
    "retention": _retention,
    "queue": _queue,
    "vault": _vault,
}
# What each takes from the command line; printed with its figures.
OPTIONS: dict[str, tuple[str, ...]] = {
    "audit": ("seconds", "rounds", "writers", "leaves", "exported", "events", "only"),
    "confidence": ("limit",),
    "fixity": ("records", "kilobytes", "rounds"),
    "pipeline": ("pages", "pages_each"),
    "station": ("decisions", "think"),
    "reader": ("documents",),
    "retention": ("artifacts",),
    "queue": ("tasks", "reviewers", "connections", "pace"),
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
        parser.add_argument("--records", type=int, default=10_000, help="of signed originals")
        parser.add_argument("--kilobytes", type=int, default=512, help="of one original")
        parser.add_argument("--decisions", type=int, default=300, help="at the station")
        parser.add_argument("--think", type=float, default=1.8, help="seconds before each")
        parser.add_argument("--rounds", type=int, default=7, help="of both sides, alternating")
        parser.add_argument("--tasks", type=int, default=1_000_000, help="that wait")
        parser.add_argument("--reviewers", type=int, default=200)
        parser.add_argument(
            "--connections", type=int, default=4, help="that play the reviewers in turn"
        )
        parser.add_argument(
            "--pace", type=float, default=2.4, help="seconds of a reviewer a slit; 0: no pause"
        )
        parser.add_argument("--seconds", type=int, default=5, help="of writing, each time")
        parser.add_argument("--writers", type=int, default=4, help="processes that write events")
        parser.add_argument("--leaves", type=int, default=1_000_000, help="of the large tree")
        parser.add_argument("--exported", type=int, default=200_000, help="events of an export")
        parser.add_argument("--events", type=int, default=10_000_000, help="before an officer")
        parser.add_argument("--only", default="", help="parts, with commas between them")
        parser.add_argument("--json", action="store_true", help="the only form there is")

    def handle(self, *args: Any, **options: Any) -> None:
        figures = BENCHES[options["name"]](options)
        settings = {option: options[option] for option in OPTIONS[options["name"]]}
        self.stdout.write(report(options["name"], settings=settings, figures=figures))
