import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.delivery.result import Standing
from apps.extraction import doctypes
from apps.extraction.fields import Found, Missing
from portal.demo.people import person
from portal.evaluation import figures, reading, uploads
from portal.evaluation.figures import Judged
from portal.evaluation.manifest import KINDS, Entry, entries
from portal.evaluation.report import report
from portal.evaluation.right import is_right

UPLOAD = "upload"  # a kind of its own: what matters is what does not happen


class Command(BaseCommand):
    help = "Measure fields and classes against the documents of a manifest; one JSON object."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--manifest", type=Path, required=True)
        parser.add_argument(
            "--kind", choices=sorted({*KINDS, UPLOAD}), action="append", dest="kinds"
        )
        parser.add_argument("--limit", type=int, default=0, help="documents; 0 is all")
        parser.add_argument("--json", default="-", help="a file, or - for standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["manifest"].exists():
            raise CommandError("There is no such manifest.")
        kinds = options["kinds"] or sorted(KINDS)
        if UPLOAD in kinds and len(kinds) > 1:
            raise CommandError("Uploads are measured by themselves.")
        measure = _uploads if UPLOAD in kinds else _documents
        documents, measured = measure(kinds, options)
        settings = {"kinds": kinds, "documents": documents}
        said = report("evaluate", settings=settings, figures=measured)
        if options["json"] == "-":
            self.stdout.write(said)
        else:
            Path(options["json"]).write_text(said + "\n")


def _documents(kinds: list[str], options: dict[str, Any]) -> tuple[int, dict[str, float]]:
    chosen = list(entries(options["manifest"], kinds=kinds))[: options["limit"] or None]
    return len(chosen), Run(chosen).measure()


def _uploads(kinds: list[str], options: dict[str, Any]) -> tuple[int, dict[str, float]]:
    chosen = list(uploads.samples(options["manifest"]))[: options["limit"] or None]
    return len(chosen), uploads.measure(chosen, sender=person("clara@halden.example"))


class Run:
    """One pass over some documents."""

    def __init__(self, chosen: list[Entry]) -> None:
        self.chosen = chosen
        self.judged: list[Judged] = []
        self.classes: list[bool] = []
        self.pages = self.crashes = 0

    def measure(self) -> dict[str, float]:
        began = time.monotonic()
        for number, entry in enumerate(self.chosen, start=1):
            self._judge(entry)
            sys.stderr.write(f"\r{number} of {len(self.chosen)}")
        seconds = time.monotonic() - began
        sys.stderr.write("\n")
        right = sum(self.classes) / (len(self.classes) or 1)
        return {
            **figures.by_field(self.judged),
            **figures.overall(self.judged),
            "class_accuracy": right,
            "pages_per_s": self.pages / seconds,
            "crashes": self.crashes,
        }

    def _judge(self, entry: Entry) -> None:
        try:
            pages, engine = reading.read(entry.path)
            said = reading.witnesses(entry.path)
            guess, found = reading.understand(pages, entry.doctype, engine, said=said)
        except Exception as error:  # each is counted; none stops the others
            self.crashes += 1
            sys.stderr.write(f"\n{entry.id}: {type(error).__name__}\n")
            return
        self.pages += len(pages)
        self.classes.append(guess.doctype.name == entry.doctype)
        self.judged += [_judged(one, entry) for one in found if one.name in entry.truth]


def _judged(found: Found | Missing, entry: Entry) -> Judged:
    kind = doctypes.get(entry.doctype).rule(found.name).type
    got = found.normalised if isinstance(found, Found) else ""
    standing = reading.standing(found, entry.doctype)
    return Judged(
        name=found.name,
        right=is_right(got, entry.truth[found.name], kind),
        missing=isinstance(found, Missing),
        confidence=found.confidence if isinstance(found, Found) else 0.0,
        accepted=standing is Standing.ACCEPTED,
        asked=standing is Standing.WAITING,
    )
