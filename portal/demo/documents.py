"""The demo documents: drawn by the project, sent and processed like any others."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from apps.accounts.models import User, Workspace
from apps.base.errors import NotPossible
from apps.base.scope import acting_for
from apps.delivery import services as delivery
from apps.delivery.services import RevealReason
from apps.extraction.synthetic import Drawn, draw
from apps.intake import services as intake
from apps.intake.arrival import Arrival
from apps.intake.models import Document
from apps.intake.services import Terms
from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.retention import services as retention
from apps.review import services as review
from apps.review.models import Task
from apps.review.rules import Verdict
from apps.review.services import Answer
from portal.demo.people import LEGAL, PAYABLE, PEOPLE, person
from portal.demo.signing import sign

PATIENCE = 900.0  # seconds for all of them
BUSY = (State.QUEUED, State.RUNNING)
READERS = ("rita@halden.example", "remy@halden.example")
LOOKED = 1700  # milliseconds a demo reviewer looks at a slit


@dataclass(frozen=True, slots=True)
class Sample:
    """One demo document, and what becomes of it after reading."""

    kind: str
    seed: int
    form: str
    purpose: str
    basis: str
    workspace: str
    worn: float = 0.0
    then: str = ""  # "reviewed" or "deleted"
    manual_review: bool = True
    transcript: bool = False


SAMPLES = (
    Sample("invoice", 5, "pdf", "pay-invoices", "contract", PAYABLE),
    Sample("receipt", 5, "png", "reimburse-expenses", "legal-duty", PAYABLE),
    Sample("receipt", 8, "jpeg", "reimburse-expenses", "legal-duty", PAYABLE, worn=0.8),
    Sample("invoice", 6, "scan.pdf", "pay-invoices", "contract", PAYABLE, 0.7, "reviewed"),
    Sample("passport", 2, "png", "onboard-employee", "legal-duty", PEOPLE),
    Sample("passport", 9, "jpeg", "check-identity", "legal-duty", PEOPLE, worn=0.7),
    Sample("agreement", 4, "pdf", "keep-contract", "contract", LEGAL, transcript=True),
    Sample("letter", 6, "pdf", "handle-letter", "contract", LEGAL),
    Sample("letter", 7, "tiff", "handle-letter", "consent", LEGAL, 0.6, manual_review=False),
    Sample("bank_statement", 1, "pdf", "onboard-employee", "contract", PEOPLE),
    Sample("invoice", 11, "jpeg", "pay-invoices", "contract", PAYABLE, worn=0.9),
    Sample("credit_note", 16, "pdf", "pay-invoices", "contract", PAYABLE),
    Sample("payslip", 3, "png", "run-payroll", "legal-duty", PEOPLE),
    Sample("receipt", 30, "png", "reimburse-expenses", "legal-duty", PAYABLE, 0.3, "deleted"),
)

Say = Callable[[str], None]


def send_documents(say: Say) -> None:
    """Send what was not sent before, wait until it is read, and let people work on some of it."""
    clara = person("clara@halden.example")
    with acting_for(clara.organisation_id):
        sent = [(sample, *_send(sample, clara)) for sample in SAMPLES]
        _wait([document for _, document, _ in sent], say)
        for sample, document, drawn in sent:
            if sample.then == "reviewed":
                _review(document, drawn)
            elif sample.then == "deleted" and not document.erased_at:
                retention.delete(document, user=clara)
        _reveal_one(sent[0][1], clara)


def _send(sample: Sample, sender: User) -> tuple[Document, Drawn]:
    drawn = draw(sample.kind, seed=sample.seed, worn=sample.worn, form=sample.form)
    content = sign(drawn.content) if sample.kind == "agreement" else drawn.content
    terms = Terms(
        workspace=Workspace.objects.get(organisation=sender.organisation_id, name=sample.workspace),
        token=uuid.uuid5(uuid.NAMESPACE_URL, f"demo/{sample.kind}/{sample.seed}"),
        purpose=sample.purpose,
        basis=sample.basis,
        manual_review=sample.manual_review,
        transcript=sample.transcript,
        again=True,
    )
    before = Document.objects.filter(submission__sender=sender, submission__token=terms.token)
    if document := before.first():
        return document, drawn
    assert sender.organisation_id is not None
    arrival = Arrival(drawn.name, sender.organisation_id, largest=settings.LARGEST_FILE)
    arrival.write(content)
    return intake.receive(arrival, terms=terms, sender=sender), drawn


def _wait(documents: list[Document], say: Say) -> None:
    """Until no job is waiting or running, telling how far it is."""
    ids, patience, told = [d.pk for d in documents], time.monotonic() + PATIENCE, -1
    while time.monotonic() < patience:
        busy = Job.objects.filter(subject_id__in=ids, state__in=BUSY).count()
        if len(ids) - busy != told:
            told = len(ids) - busy
            say(f"  {told} of {len(ids)} demo documents are read")
        if not busy:
            return
        time.sleep(0.5)
    say("  Some demo documents are still being read; they go on by themselves.")


def _review(document: Document, drawn: Drawn) -> None:
    """Rita decides all fields of one document, as the paper says, and Remy what two must read."""
    for email in READERS:
        reader, now = person(email), timezone.now()
        for task in _of(reader, document):
            try:
                answer = _answer(drawn.truth.get(task.name, ""))
                review.decide(task, answer, user=reader, now=now)
            except NotPossible:
                continue  # the paper says what no check accepts; a lead may look at it
        review.release(reader, now=now)


def _of(reader: User, document: Document) -> Iterator[Task]:
    """Tasks about fields of one document, as they come under a reviewer's claim."""
    for _ in range(20):
        now = timezone.now()
        if review.claim(reader, now=now) is None:
            return
        held = list(Task.objects.open().held_by(reader, now).filter(document=document))
        held = [task for task in held if not task.asks_class]
        if not held:
            return
        yield from held


def _answer(value: str) -> Answer:
    verdict = Verdict.CORRECTED if value else Verdict.BLANK
    return Answer(uuid.uuid4(), verdict, value, overrides=True, shown_ms=LOOKED)


def _reveal_one(document: Document, clara: User) -> None:
    """Clara looks at one value, so that the trail has a reveal to show."""
    fields = [field for field in delivery.shown_fields(document, user=clara) if field.has_value]
    if fields:
        delivery.reveal(document, name=fields[0].name, reason=RevealReason.QUESTION, user=clara)
