"""From pages to fields on one page: class, candidates, sums, second readings, guards, calibration.

Reading gives words; this turns them into typed fields. The pipeline, `evaluate` and `calibrate`
all come through here, so what is measured is what runs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from apps.extraction import doctypes
from apps.extraction.calibration import calibrated
from apps.extraction.classify import Guess, classify
from apps.extraction.contradictions import contradicted, ordered, summed
from apps.extraction.doctypes import DocType
from apps.extraction.engines import PageText
from apps.extraction.fields import Found, Missing
from apps.extraction.find import find_fields
from apps.extraction.guards import guarded
from apps.extraction.layout import rows_of
from apps.extraction.second import Again, told
from apps.extraction.values import Habits
from apps.extraction.values.habits import judge
from apps.extraction.witnesses import SILENT, Notice, Witnesses, heard, noticed


@dataclass(frozen=True, slots=True)
class Understood:
    """What a document is, and the fields that were wanted of it."""

    guess: Guess
    fields: Sequence[Found | Missing]
    notices: Sequence[Notice] = ()  # what is odd about its file as a whole


def understand(
    pages: Sequence[PageText],
    *,
    engine: str,
    said: str = "",
    asked: Collection[str] = (),
    witnesses: Witnesses = SILENT,
    again: Again | None = None,
) -> Understood:
    """The class and the wanted fields of a document.

    `engine` is "name/version"; `said` is the class its sender named; `asked` are names of fields,
    none meaning all that the class has. `again` asks a second engine for some of them.
    """
    guess = Guess(doctypes.get(said), 1.0) if said else classify(pages, doctypes.load_all())
    names = wanted(guess.doctype, asked)
    found = find_fields(
        pages, guess.doctype, {*names, *summed(guess.doctype), *ordered(guess.doctype)}
    )
    sound = [one for one in contradicted(found, guess.doctype) if one.name in names]
    backed = heard(sound, witnesses, guess.doctype, pages=pages)
    if again:
        backed = told(backed, again(backed, guess.doctype, _habits(pages)))
    safe = guarded(backed, witnesses, guess.doctype)
    fields = calibrated(safe, guess.doctype, engine)
    return Understood(guess, fields, noticed(witnesses, pages))


def wanted(doctype: DocType, asked: Collection[str]) -> Collection[str]:
    """Only what was asked for is looked for; asking for nothing in particular asks for all."""
    names = [rule.name for rule in doctype.fields]
    return [name for name in names if name in asked] if asked else names


def _habits(pages: Sequence[PageText]) -> Habits:
    return judge([row for page in pages for row in rows_of(page)])
