"""Documents with known truth, read by one engine: each wanted field as it was found, judged."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from apps.delivery.result import Standing
from apps.extraction import doctypes
from apps.extraction.engines import PageText
from apps.extraction.fields import Found, Missing
from apps.extraction.values import Kind
from portal.evaluation import annotated, figures, reading
from portal.evaluation.figures import Judged
from portal.evaluation.manifest import Entry
from portal.evaluation.right import is_right

RASTER = "raster_"  # before figures of documents that were nothing but pictures
TEXT = Kind.TEXT
TWICE = frozenset({"invoice"})  # kinds that are scored as they are, and as pictures


@dataclass(frozen=True, slots=True)
class Case:
    """One wanted field of one document."""

    entry: Entry
    found: Found | Missing
    judged: Judged
    turned: int = 0  # degrees clockwise that its page was turned before reading

    @property
    def name(self) -> str:
        return self.found.name

    @property
    def got(self) -> str:
        return self.found.normalised if isinstance(self.found, Found) else ""

    @property
    def truth(self) -> str:
        return self.entry.truth[self.found.name]

    @property
    def accepted_wrongly(self) -> bool:
        return self.judged.accepted and not self.judged.right


@dataclass(slots=True)
class Pairs:
    """Keys and values of forms: how many there are, were found, and were read right."""

    known: int = 0
    found: int = 0
    right: int = 0


@dataclass(slots=True)
class Run:
    """One pass of one engine over some documents."""

    error_target: float
    engine: str = ""  # name/version, once a page was read
    cases: list[Case] = field(default_factory=list)
    as_pictures: list[Case] = field(default_factory=list)
    classes: list[bool] = field(default_factory=list)
    pairs: Pairs = field(default_factory=Pairs)
    pages: int = 0
    crashes: int = 0
    seconds: float = 0.0

    def judge(
        self, entry: Entry, pages: Sequence[PageText], found: Iterable[Found | Missing]
    ) -> list[Case]:
        """The wanted fields of which the truth is known."""
        turned = {page.number: page.turned for page in pages}
        return [
            Case(
                entry,
                one,
                _judged(one, entry, self.engine, self.error_target),
                turned.get(one.page, 0),
            )
            for one in found
            if one.name in entry.truth
        ]

    def figures(self) -> dict[str, float]:
        """Everything that `docs/evaluation.md` explains."""
        measured = {**_figures(self.cases), **self._figures_of_pairs()}
        if self.as_pictures:
            measured |= {f"{RASTER}{n}": v for n, v in _figures(self.as_pictures).items()}
        return measured | {
            "class_accuracy": sum(self.classes) / (len(self.classes) or 1),
            "pages_per_s": self.pages / (self.seconds or 1),
            "crashes": self.crashes,
        }

    def curves(self) -> dict[str, object]:
        judged = [case.judged for case in self.cases]
        return {
            "reliability": figures.reliability(judged),
            "risk_coverage": figures.risk_coverage(judged),
        }

    def _figures_of_pairs(self) -> dict[str, float]:
        if not self.pairs.known:
            return {}
        return {
            "pairs": self.pairs.known,
            "pairs_found_share": self.pairs.found / self.pairs.known,
            "pairs_right_share": self.pairs.right / self.pairs.known,
        }


def measure(chosen: Sequence[Entry], *, engine: str, error_target: float) -> Run:
    """Read every document once. What breaks on one is counted and stops no other."""
    run = Run(error_target)
    for number, entry in enumerate(chosen, start=1):
        _measure(entry, run, engine)
        sys.stderr.write(f"\r{number} of {len(chosen)}")
    sys.stderr.write("\n")
    return run


def _measure(entry: Entry, run: Run, engine: str) -> None:
    began = time.monotonic()
    try:
        pages, run.engine = reading.read(entry.path, engine=engine)
        _take(entry, pages, run)
    except Exception as error:  # each is counted; none stops the others
        run.crashes += 1
        sys.stderr.write(f"\n{entry.id}: {type(error).__name__}\n")
    run.seconds += time.monotonic() - began


def _take(entry: Entry, pages: Sequence[PageText], run: Run) -> None:
    """Judge a document that was read; an invoice once more as if it were nothing but pictures."""
    known = (entry.doctype, run.engine)
    guess, found = reading.understand(pages, *known, said=reading.witnesses(entry.path))
    cases = run.judge(entry, pages, found)
    if entry.kind in TWICE:
        run.as_pictures += run.judge(entry, pages, reading.understand(pages, *known)[1])
    run.cases += cases
    run.pages += len(pages)
    run.classes.append(guess.doctype.name == entry.doctype)
    _count_pairs(entry, pages[0], found, run.pairs)


def _judged(found: Found | Missing, entry: Entry, engine: str, error_target: float) -> Judged:
    truth = entry.truth[found.name]
    kind = doctypes.get(entry.doctype).rule(found.name).type
    standing = reading.standing(found, entry.doctype, engine, error_target=error_target)
    got, sure = (found.normalised, found.confidence) if isinstance(found, Found) else ("", 0.0)
    return Judged(
        name=found.name,
        right=is_right(got, truth, kind),
        missing=isinstance(found, Missing),
        confidence=sure,
        accepted=standing is Standing.ACCEPTED,
        asked=standing is Standing.WAITING,
        exact=_is_exact(found, entry),
    )


def _is_exact(found: Found | Missing, entry: Entry) -> bool:
    """Whether the value is there to the letter, as printed or as normalised."""
    truths = {entry.truth[found.name], entry.printed.get(found.name, entry.truth[found.name])}
    if isinstance(found, Missing):
        return "" in truths
    return bool(truths & {" ".join(found.value.split()), found.normalised})


def _count_pairs(
    entry: Entry, page: PageText, found: Iterable[Found | Missing], pairs: Pairs
) -> None:
    """A pair is found where a field stands in its place, and right if it says the same."""
    fields = [one for one in found if isinstance(one, Found) and one.page == page.number]
    size = {"width": page.width, "height": page.height}
    for pair in entry.pairs:
        there = [one for one in fields if annotated.lies_in(one.box, pair, **size)]
        pairs.known += 1
        pairs.found += bool(there)
        pairs.right += any(is_right(one.value, pair.value, TEXT) for one in there)


def _figures(cases: Sequence[Case]) -> dict[str, float]:
    judged = [case.judged for case in cases]
    return {**figures.by_field(judged), **figures.overall(judged)}
