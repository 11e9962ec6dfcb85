import json
import sys
import time
import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import User
from apps.base.errors import PortalError
from apps.base.scope import acting_for
from apps.delivery.result import Settled
from apps.delivery.settling import settled_fields
from apps.extraction import doctypes
from apps.intake import jail, purposes
from apps.intake import services as intake
from apps.intake.arrival import Arrival
from apps.intake.models import Document
from apps.intake.services import Terms
from apps.jobs import runner
from apps.jobs.flow import State
from apps.jobs.models import Job
from portal.demo.people import person

POLL = 0.2  # seconds between two looks at a job that a worker took
PATIENCE = 600.0  # seconds


class Command(BaseCommand):
    help = "Send files through the whole pipeline as the demo sender; one JSON object a document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        known = [doctype.name for doctype in doctypes.load_all()]
        parser.add_argument("--class", dest="doctype", default="auto", choices=["auto", *known])
        parser.add_argument("--fields", default="", help="names, separated by commas; all if empty")
        parser.add_argument("--pages", default="", help="like 1-3, last; all if empty")
        parser.add_argument("--json", action="store_true", help="one line a document, no indent")
        parser.add_argument("--as", dest="sender", default="clara@halden.example", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        sender = person(options["sender"])
        failed = 0
        with acting_for(sender.organisation_id):
            for path in options["files"]:
                said = self._process(path, sender, options)
                failed += "error" in said
                indent = None if options["json"] else 2
                self.stdout.write(json.dumps(said, indent=indent, ensure_ascii=False))
        if failed:
            sys.exit(1)

    def _process(self, path: Path, sender: User, options: dict[str, Any]) -> dict[str, Any]:
        began = time.monotonic()
        try:
            document = self._send(path, sender, options)
            received = time.monotonic()
            job = self._run(document)
        except (PortalError, OSError) as error:
            return {"file": path.name, "error": _code(error), "message": str(error)}
        timings = {"received_s": received - began, "total_s": time.monotonic() - began}
        return _described(path, document, job, timings)

    def _send(self, path: Path, sender: User, options: dict[str, Any]) -> Document:
        assert sender.organisation_id is not None
        arrival = Arrival(path.name, sender.organisation_id, largest=settings.LARGEST_FILE)
        try:
            with path.open("rb") as file:
                while piece := file.read(jail.PIECE):
                    arrival.write(piece)
        except BaseException:
            arrival.abort()
            raise
        return intake.receive(arrival, terms=_terms(sender, options), sender=sender)

    def _run(self, document: Document) -> Job:
        """Walk the job here, or wait for the worker that was faster."""
        job = intake.job_of(document)
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience:
            runner.run(job.pk)
            job.refresh_from_db()
            if job.state not in (State.QUEUED, State.RUNNING):
                break
            time.sleep(POLL)
        return job


def _terms(sender: User, options: dict[str, Any]) -> Terms:
    workspace = sender.workspaces.order_by("name").first()
    if workspace is None:
        raise CommandError("The sender belongs to no workspace.")
    purpose = next(iter(purposes.load().purposes.values()))
    doctype = "" if options["doctype"] == "auto" else options["doctype"]
    return Terms(
        workspace=workspace,
        token=uuid.uuid4(),
        purpose=purpose.name,
        basis=purpose.bases[0],
        manual_review=True,
        doctype=doctype,
        fields=tuple(name for name in options["fields"].split(",") if name),
        pages=options["pages"],
        again=True,
    )


def _described(
    path: Path, document: Document, job: Job, timings: dict[str, float]
) -> dict[str, Any]:
    said: dict[str, Any] = {
        "file": path.name,
        "document": document.reference,
        "state": job.state,
        "pages": document.pages,
    }
    document = Document.objects.select_related("reading").get(pk=document.pk)
    if job.state == State.FAILED:
        return said | {"error": job.problem, "message": job.explanation}
    reading = document.reading
    return said | {
        "class": reading.doctype,
        "class_confidence": round(reading.doctype_confidence, 4),
        "class_decided_by": None if reading.waits else reading.decided_by.value,
        "engine": reading.engine,
        "timings": {**_rounded(timings), "reading_s": reading.milliseconds / 1000},
        "fields": [_field(field) for field in settled_fields(document)],
    }


def _field(field: Settled) -> dict[str, Any]:
    """A field as it stands; what is flagged is told by a person or not at all."""
    told = field.has_value or not field.flags
    states = {"accepted": "accepted", "decided": "accepted", "missing": "missing"}
    return {
        "name": field.name,
        "value": (field.value or None) if told else None,
        "normalised": (field.normalised or None) if told else None,
        "confidence": None if field.confidence is None else round(field.confidence, 4),
        "page": field.page,
        "box": list(field.box) if field.box else None,
        "state": states.get(field.standing.value, "needs_review"),
        "validators": dict(field.checks),
        "flags": [flag.value for flag in field.flags],
        "second_reading": field.second.value,
    }


def _rounded(timings: dict[str, float]) -> dict[str, float]:
    return {name: round(seconds, 3) for name, seconds in timings.items()}


def _code(error: Exception) -> str:
    return getattr(error, "code", "Unreadable")
