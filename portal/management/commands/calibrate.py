import sys
from argparse import ArgumentParser
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.extraction import reader
from apps.extraction.calibration.files import FOLDER
from apps.extraction.calibration.writing import text_of
from portal.evaluation import calibrating, examples, reading
from portal.evaluation.fitting import Example
from portal.evaluation.report import report


class Command(BaseCommand):
    help = "Fit what the evidence of an engine is worth; a reviewed data file, and its figures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--manifest", type=Path, action="append", default=[], help="documents with known truth"
        )
        parser.add_argument(
            "--synthetic", type=int, default=0, metavar="N", help="drawn documents of each kind"
        )
        parser.add_argument("--engine", default=reading.USUAL, help="as READER names it")
        parser.add_argument("--out", type=Path, help="a file; the engine's own place if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["manifest"]:
            if not path.exists():
                raise CommandError(f"There is no manifest {path.name}.")
        engine, known = _examples(options)
        if not known:
            raise CommandError("There is nothing to learn from: no manifest, nothing drawn.")
        digests = {"manifest": examples.digest(options["manifest"])}
        fitted = calibrating.calibration(
            known,
            calibrating.sources(known, digests),
            engine=engine,
            command=_command(options),
            on=timezone.localdate(),
        )
        out = options["out"] or FOLDER / f"{engine.replace('/', '-')}.toml"
        out.write_text(text_of(fitted), encoding="utf-8")
        settings = {"engine": engine, "synthetic": options["synthetic"], "file": out.name}
        figures, seen = dict(fitted.report), examples.confusions(engine)
        self.stdout.write(report("calibrate", settings=settings, figures=figures, confusions=seen))


def _examples(options: dict[str, Any]) -> tuple[str, list[Example]]:
    """From manifests, drawn documents and this installation; the engine that read them."""
    ways = {"engine": options["engine"], "tell": sys.stderr.write}
    read = list(chain(*(examples.from_manifest(path, **ways) for path in options["manifest"])))
    read += examples.from_drawn(options["synthetic"], **ways)
    reader.close()
    engines = {name for name, _ in read}
    if len(engines) != 1:
        return "", []
    [engine] = engines
    lessons = examples.from_lessons(engine)
    return engine, [*(example for _, example in read), *lessons]


def _command(options: dict[str, Any]) -> str:
    """As a person would type it; the names of manifests only, since paths are of a machine."""
    parts = ["manage.py calibrate"]
    parts += [f"--manifest {path.name}" for path in options["manifest"]]
    parts += [f"--synthetic {options['synthetic']}"] if options["synthetic"] else []
    parts += [f"--engine {options['engine']}"] if options["engine"] else []
    return " ".join(parts)
