"""Documents with known truth that the project draws itself: every kind, clean and worn."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from apps.extraction.synthetic import KINDS, draw
from portal.evaluation.manifest import Entry

FIRST = 50_000  # seed; demonstration and tests draw others
FORMS = ("jpeg", "png", "pdf")
MOST_WORN = 0.8
GOLDEN = 0.618  # spreads wear evenly, however many are drawn


@contextmanager
def entries(count: int) -> Iterator[Iterator[Entry]]:
    """So many documents of each kind, the same ones each time; their files go at the end."""
    with TemporaryDirectory() as folder:
        yield (
            _entry(kind, number, Path(folder)) for number in range(count) for kind in sorted(KINDS)
        )


def _entry(kind: str, number: int, folder: Path) -> Entry:
    form = FORMS[number % len(FORMS)]
    worn = 0.0 if form == "pdf" else round(MOST_WORN * (number * GOLDEN % 1), 2)
    drawn = draw(kind, seed=FIRST + number, form=form, worn=worn)
    path = folder / f"{number}-{drawn.name}"
    path.write_bytes(drawn.content)
    return Entry(
        id=f"{kind}/{number}",
        kind=kind,
        path=path,
        doctype=drawn.doctype,
        truth=drawn.truth,
        printed={},
        vouched=frozenset(drawn.truth),
    )
