"""Let a second engine read some values of a document again: draw their pages once more, and ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from typing import BinaryIO

from django.conf import settings

from apps.base.types import Actor
from apps.extraction import drawing, reader, second
from apps.extraction.doctypes import DocType
from apps.extraction.engines import PageText, Pixels
from apps.extraction.engines.upright import Lie, straightened
from apps.extraction.fields import Found, Missing
from apps.extraction.second import Again, Verdicts
from apps.extraction.understanding import Understood, understand
from apps.extraction.values import Habits
from apps.extraction.witnesses import Witnesses
from apps.intake.models import Document
from apps.vault import services as vault

SYSTEM = Actor("system:reader")
Open = Callable[[], BinaryIO]


def understood(
    document: Document,
    pages: Sequence[PageText],
    *,
    engine: str,
    said: str,
    witnesses: Witnesses,
) -> Understood:
    """Understand a document's pages. No transaction may be open: a second engine may be asked."""

    def open_() -> BinaryIO:
        return vault.open(document.original, actor=SYSTEM, purpose="second reading")

    return understand(
        pages,
        engine=engine,
        said=said,
        asked=document.submission.fields,
        witnesses=witnesses,
        again=second_engine(open_, document.media_type, pages),
    )


def second_engine(open_: Open, media_type: str, pages: Sequence[PageText]) -> Again | None:
    """What `understand` asks for second readings; None unless SECOND_ENGINE names an engine.

    The file is opened and its pages drawn again, because no page is kept in memory: only if there
    is something to ask, and only up to the last page that has some of it.
    """
    if not settings.SECOND_ENGINE:
        return None
    laid = {page.number: Lie(page.turned, page.skew) for page in pages}

    def again(fields: Sequence[Found | Missing], doctype: DocType, habits: Habits) -> Verdicts:
        by_page: dict[int, list[Found]] = defaultdict(list)
        for one in second.asked_of(fields, doctype):
            by_page[one.page].append(one)
        verdicts = {}
        for number, pixels in _drawn(open_, media_type, by_page):
            said = _asked(straightened(pixels, laid[number]), by_page[number])
            for one in by_page[number]:
                text, rule = said.get(one.name, ""), doctype.rule(one.name)
                verdicts[one.name] = second.verdict(one, text, rule, habits)
        return verdicts

    return again


def _drawn(open_: Open, media_type: str, wanted: Collection[int]) -> Iterator[drawing.Drawn]:
    """Some pages of the file."""
    if not wanted:
        return
    with open_() as source, closing(drawing.draw(source, media_type)) as drawn:
        for number, pixels in drawn:
            if number in wanted:
                yield number, pixels
            if number >= max(wanted):
                return


def _asked(page: Pixels, fields: Sequence[Found]) -> Mapping[str, str]:
    slip = second.slip(page, fields)
    read, _ = reader.read_page(slip.pixels, 1, settings.SECOND_ENGINE)
    return second.readings(slip, read)
