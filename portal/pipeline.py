"""The whole house on one page: what happens to a document, in order.

Each step takes a job and makes one call into the app that owns the work. A step may run twice,
so each is written to do nothing the second time. `WAIT` parks the job until someone calls
`jobs.wake`; the same step then runs again. After each step the retention clocks are set anew,
because what has happened to a document decides how long its parts are kept.
"""

from collections.abc import Callable

from apps.assurance.exports import services as exporting
from apps.assurance.models import Export
from apps.delivery import services as delivery
from apps.extraction import services as extraction
from apps.intake import services as intake
from apps.intake.models import Document, Use
from apps.jobs import services as jobs
from apps.jobs.flow import DONE, WAIT, Lane, Outcome, Step
from apps.jobs.models import Job
from apps.preservation import services as preservation
from apps.preservation.models import Package
from apps.preservation.packages import services as evidence
from apps.retention import services as retention
from apps.review import services as review


def read(document: Document, job: Job) -> Outcome:
    """Pages to words, words to a class and typed fields.

    A signed original gets its record first: signatures are worth most on the day they come, and
    a file that nobody can read, or that waits for people for a week, is evidence all the same.
    """
    if record := preservation.preserve(document, job=job):
        preservation.arrived(record)
    extraction.read(document, job=job)
    return DONE


def classify(document: Document, job: Job) -> Outcome:
    """A class the machine is unsure of to a person, who sees the header; wait until it is final."""
    return WAIT if review.ask_class(document, job=job) else DONE


def type_fields(document: Document, job: Job) -> Outcome:
    """Typed fields of a class that was asked for; of any other they came with the words."""
    extraction.type_fields(document, chosen=review.chosen_class(document), job=job)
    return DONE


def ask(document: Document, job: Job) -> Outcome:
    """Doubtful fields to people; wait until every task is final."""
    return WAIT if review.ask(document, job=job) else DONE


def preserve(document: Document, job: Job) -> Outcome:
    """The record of a signed original, before anything that was made from it leaves."""
    if record := preservation.preserve(document, job=job):
        preservation.arrived(record)
        jobs.prove(job, record=record.reference)
    return DONE


def deliver(document: Document, job: Job) -> Outcome:
    """Fields and decisions to one typed result."""
    delivery.deliver(document, job=job)
    return DONE


def _wound(stage: Callable[[Document, Job], Outcome]) -> Callable[[Job], Outcome]:
    """A stage that waits while processing is paused, and after which every clock is set."""

    def run(job: Job) -> Outcome:
        document = Document.objects.select_related("submission", "original").get(pk=job.subject_id)
        if not intake.allows(document.organisation_id, Use.PROCESSING):
            return WAIT  # whoever turns it on again wakes it
        outcome = stage(document, job)
        retention.wind(document)
        return outcome

    return run


PROCESS = (
    Step("read", _wound(read), Lane.READING),
    Step("classified", _wound(classify)),
    Step("typed", _wound(type_fields), Lane.READING),
    Step("review", _wound(ask)),
    Step("preserve", _wound(preserve)),
    Step("deliver", _wound(deliver)),
)


def export(job: Job) -> Outcome:
    """A part of the trail, with what proves it, into the vault."""
    asked = Export.objects.select_related("asked_by").get(pk=job.subject_id)
    exporting.make(asked, job=job)
    return DONE


EXPORT = (Step("written", export),)


def pack(job: Job) -> Outcome:
    """Evidence of one record, with what proves it, into the vault."""
    asked = Package.objects.select_related("asked_by", "record__artifact", "record__sent_by")
    evidence.make(asked.get(pk=job.subject_id), job=job)
    return DONE


EVIDENCE = (Step("packed", pack),)
