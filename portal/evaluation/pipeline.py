"""Pages a second of the whole job, against the engine alone on the same pages in the same run.

The job is what a worker does: open the sealed file, draw it behind the wall, read it, find
fields, seal pages and values, write rows, cut slits. The engine is RapidOCR as we set it up, in
this process, on pixels that are already there. Both have the same threads on the same cores.
"""

import io
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from statistics import median

import pikepdf
from django.conf import settings

from apps.accounts.models import User
from apps.base.scope import acting_for
from apps.extraction import drawing, reader
from apps.extraction.engines.rapid import RapidEngine
from apps.extraction.synthetic import draw
from apps.intake import purposes
from apps.intake import services as intake
from apps.intake.arrival import Arrival
from apps.intake.models import Document
from apps.intake.services import Terms
from apps.jobs import runner
from apps.jobs.flow import State
from apps.retention import services as retention
from portal.evaluation import memory, web

PDF = "application/pdf"
KINDS = ("invoice", "letter", "bank_statement", "agreement")
FORMS = ("pdf", "scan.pdf")


class NotRead(RuntimeError):
    """A job ended without being read; there is nothing to compare."""


@dataclass(slots=True)
class Side:
    """What one side has done so far."""

    pages: int = 0
    seconds: float = 0.0

    @property
    def pages_per_s(self) -> float:
        return self.pages / self.seconds if self.seconds else 0.0

    def time(self, work: Callable[[], object], pages: int) -> None:
        began = time.perf_counter()
        work()
        self.seconds += time.perf_counter() - began
        self.pages += pages


@dataclass(slots=True)
class Run:
    """Both sides over the same documents, taking turns in going first."""

    sender: User
    engine: RapidEngine
    portal: Side = field(default_factory=Side)
    raw: Side = field(default_factory=Side)
    ratios: list[float] = field(default_factory=list)  # of each document
    reader_mb: int = 0  # the most so far

    def take(self, content: bytes, pages: int, *, raw_first: bool) -> None:
        before = self.raw.seconds, self.portal.seconds
        sides = [self._read_raw, self._read_through]
        for read in sides if raw_first else reversed(sides):
            read(content, pages)
        raw, portal = self.raw.seconds - before[0], self.portal.seconds - before[1]
        self.ratios.append(raw / portal)

    def _read_raw(self, content: bytes, pages: int) -> None:
        """Every page is drawn before the first is timed: nothing else may use the cores then."""
        for number, pixels in list(drawing.draw(io.BytesIO(content), PDF)):
            self.raw.time(partial(self.engine.read, pixels, number), 1)

    def _read_through(self, content: bytes, pages: int) -> None:
        document = _send(content, self.sender)
        job = intake.job_of(document)
        try:
            with memory.highest(reader.megabytes) as peak:
                self.portal.time(lambda: runner.run(job.pk), pages)
            self.reader_mb = max(self.reader_mb, peak[0])
            job.refresh_from_db()
            if job.state not in (State.PARKED, State.SUCCEEDED):
                raise NotRead(f"A job is {job.state}; is a portal running on the same VAR_DIR?")
        finally:
            retention.delete(Document.objects.get(pk=document.pk), user=self.sender)


def compare(sender: User, *, pages: int, pages_each: int) -> dict[str, float]:
    """All figures of `bench pipeline`; what it writes is gone afterwards."""
    with acting_for(sender.organisation_id):
        run = Run(sender, RapidEngine(settings.READER_THREADS))
        _warm(run)
        for number, (content, count) in enumerate(documents(pages, pages_each)):
            run.take(content, count, raw_first=number % 2 == 0)
            _tell(run)
        reader.close()
        web_peak = web.peak_mb(sender)
    return {
        "portal_pages_per_s": run.portal.pages_per_s,
        "engine_pages_per_s": run.raw.pages_per_s,
        "pages_ratio": run.portal.pages_per_s / run.raw.pages_per_s,
        "pages_ratio_median": median(run.ratios),
        "web_peak_rss_mb": web_peak,
        "reader_peak_rss_mb": run.reader_mb,
        "pages": run.portal.pages,
    }


def documents(pages: int, pages_each: int) -> Iterator[tuple[bytes, int]]:
    """PDFs of so many pages each, as different as those the project draws."""
    made, seed = 0, 0
    while made < pages:
        count = min(pages_each, pages - made)
        content, seed = _bound(count, seed)
        made += count
        yield content, count


def _bound(count: int, seed: int) -> tuple[bytes, int]:
    """Pages of several drawn papers in one file, and the seed to go on from."""
    out = io.BytesIO()
    with pikepdf.new() as binder:
        while len(binder.pages) < count:
            form = FORMS[seed // len(KINDS) % len(FORMS)]
            drawn = draw(KINDS[seed % len(KINDS)], seed=seed, form=form)
            with pikepdf.open(io.BytesIO(drawn.content)) as paper:
                binder.pages.extend(paper.pages[: count - len(binder.pages)])
            seed += 1
        binder.save(out)
    return out.getvalue(), seed


def _warm(run: Run) -> None:
    """Load both engines before anything is timed."""
    content, _ = _bound(1, seed=10_000)
    run.take(content, 1, raw_first=True)
    run.portal, run.raw, run.ratios = Side(), Side(), []


def _send(content: bytes, sender: User) -> Document:
    assert sender.organisation_id is not None  # she is a sender
    arrival = Arrival("bench.pdf", sender.organisation_id, largest=settings.LARGEST_FILE)
    arrival.write(content)
    return intake.receive(arrival, terms=_terms(sender), sender=sender)


def _terms(sender: User) -> Terms:
    purpose = next(iter(purposes.load().purposes.values()))
    return Terms(
        workspace=sender.workspaces.order_by("name")[0],
        token=uuid.uuid4(),
        purpose=purpose.name,
        basis=purpose.bases[0],
        manual_review=True,
        again=True,
    )


def _tell(run: Run) -> None:
    portal, raw = run.portal, run.raw
    sys.stderr.write(
        f"{portal.pages} pages: portal {portal.seconds:.1f} s, engine {raw.seconds:.1f} s, "
        f"ratio {portal.pages_per_s / raw.pages_per_s:.3f}, of this one {run.ratios[-1]:.3f}\n"
    )
