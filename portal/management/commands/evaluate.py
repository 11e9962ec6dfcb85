from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.extraction import reader
from apps.extraction.calibration import ERROR_TARGET
from portal.demo.people import person
from portal.evaluation import (
    conformance,
    documents,
    html,
    reading,
    signed,
    stamped,
    uploads,
    vectors,
)
from portal.evaluation.documents import Run
from portal.evaluation.manifest import KINDS, entries
from portal.evaluation.report import report

UPLOAD = "upload"  # a kind of its own: what matters is what does not happen
MERKLE = vectors.MERKLE  # no documents but proofs
SIGNED, STAMPED = signed.KIND, stamped.KIND
ALONE = {UPLOAD, MERKLE, SIGNED, STAMPED, *conformance.KINDS}


class Command(BaseCommand):
    help = "Measure fields and classes against the documents of a manifest; one JSON object."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--manifest", type=Path, required=True)
        parser.add_argument(
            "--kind", choices=sorted({*KINDS, *ALONE}), action="append", dest="kinds"
        )
        parser.add_argument(
            "--engine",
            action="append",
            dest="engines",
            metavar="NAME",
            help="as READER names it; two are compared",
        )
        parser.add_argument("--limit", type=int, default=0, help="documents; 0 is all")
        parser.add_argument("--error-target", type=float, default=ERROR_TARGET, metavar="SHARE")
        parser.add_argument("--json", default="-", help="a file, or - for standard output")
        parser.add_argument("--html", type=Path, help="a file that shows content: keep it here")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["manifest"].exists():
            raise CommandError("There is no such manifest.")
        kinds = options["kinds"] or sorted(KINDS)
        if ALONE & set(kinds) and len(kinds) > 1:
            raise CommandError("Uploads, signatures and proofs are measured by themselves.")
        alone = {
            UPLOAD: _uploads,
            MERKLE: _vectors,
            SIGNED: _signed,
            STAMPED: _stamped,
            **dict.fromkeys(conformance.KINDS, _verdicts),
        }
        measure = alone.get(kinds[0], _documents)
        said = measure(kinds, options)
        if options["json"] == "-":
            self.stdout.write(said)
        else:
            Path(options["json"]).write_text(said + "\n")


def _documents(kinds: list[str], options: dict[str, Any]) -> str:
    chosen = list(entries(options["manifest"], kinds=kinds))[: options["limit"] or None]
    target = options["error_target"]
    runs = {
        name: documents.measure(chosen, engine=name, error_target=target)
        for name in options["engines"] or [reading.USUAL]
    }
    reader.close()
    if options["html"]:
        options["html"].write_text(html.report(list(runs.values())), encoding="utf-8")
    return _said(kinds, len(chosen), runs, target)


def _said(kinds: list[str], count: int, runs: dict[str, Run], target: float) -> str:
    """Figures and curves of the first engine; those of every engine beside them if there are more.

    An engine that read nothing has no name of its own.
    """
    first, *others = runs.values()
    engines = [run.engine or name for name, run in runs.items()]
    settings = {"kinds": kinds, "documents": count, "engines": engines, "error_target": target}
    beside: dict[str, Any] = {"curves": first.curves()}
    if others:
        each = zip(engines, runs.values(), strict=True)
        beside["engines"] = {name: run.figures() for name, run in each}
    return report("evaluate", settings=settings, figures=first.figures(), **beside)


def _uploads(kinds: list[str], options: dict[str, Any]) -> str:
    chosen = list(uploads.samples(options["manifest"]))[: options["limit"] or None]
    measured = uploads.measure(chosen, sender=person("clara@halden.example"))
    settings = {"kinds": kinds, "documents": len(chosen)}
    return report("evaluate", settings=settings, figures=measured)


def _vectors(kinds: list[str], options: dict[str, Any]) -> str:
    chosen = vectors.vectors(options["manifest"])[: options["limit"] or None]
    settings = {"kinds": kinds, "vectors": len(chosen)}
    return report("evaluate", settings=settings, figures=vectors.measure(chosen))


def _verdicts(kinds: list[str], options: dict[str, Any]) -> str:
    chosen = conformance.cases(options["manifest"], kind=kinds[0])[: options["limit"] or None]
    settings = {"kinds": kinds, "cases": len(chosen)}
    return report("evaluate", settings=settings, figures=conformance.measure(chosen))


def _signed(kinds: list[str], options: dict[str, Any]) -> str:
    chosen = signed.samples(options["manifest"])[: options["limit"] or None]
    settings = {"kinds": kinds, "documents": len(chosen)}
    return report("evaluate", settings=settings, figures=signed.measure(chosen))


def _stamped(kinds: list[str], options: dict[str, Any]) -> str:
    chosen = stamped.answers(options["manifest"])[: options["limit"] or None]
    settings = {"kinds": kinds, "answers": len(chosen)}
    return report("evaluate", settings=settings, figures=stamped.measure(chosen))
