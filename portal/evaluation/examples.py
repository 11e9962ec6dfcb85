"""Fields of which somebody knows whether they are right: from where calibration learns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from apps.accounts.models import Organisation
from apps.base.scope import acting_for
from apps.extraction import doctypes
from apps.extraction.fields import Evidence, Found, Second
from apps.intake import services as intake
from apps.intake.models import Use
from apps.review import services as review
from apps.review.models import Lesson
from portal.evaluation import drawn, manifest, reading
from portal.evaluation.fitting import Example
from portal.evaluation.manifest import Entry
from portal.evaluation.right import is_right

DRAWN_COUNTS = 0.5  # what we draw ourselves is cleaner than what people send
BOTH_WAYS = 0.5  # of a document that is read with its second readings and without them

Told = Callable[[str], object]  # progress


def from_manifest(path: Path, *, engine: str, tell: Told) -> Iterator[tuple[str, Example]]:
    """Examples with the engine that read them; what cannot be read teaches nothing."""
    known = manifest.entries(path, kinds=sorted(manifest.KINDS))
    yield from _read(known, "manifest", engine=engine, tell=tell)


def from_drawn(count: int, *, engine: str, tell: Told) -> Iterator[tuple[str, Example]]:
    """Examples of documents that the project draws, so many of each kind."""
    with drawn.entries(count) as entries:
        yield from _read(entries, "drawn", engine=engine, tell=tell, weight=DRAWN_COUNTS)


def from_lessons(engine: str) -> Iterator[Example]:
    """What people said of values that this engine read, where their organisation lets us learn."""
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            if not intake.allows(organisation.pk, Use.IMPROVEMENT):
                continue
            for lesson in Lesson.objects.filter(engine=engine).order_by("pk").iterator():
                yield _of_lesson(lesson)


def confusions(engine: str) -> dict[str, int]:
    """How often people of this installation found one character taken for another, "1 for 7".

    Of each organisation only what several of its documents showed.
    """
    counted: Counter[str] = Counter()
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            if not intake.allows(organisation.pk, Use.IMPROVEMENT):
                continue
            for (read, meant), times in review.confusions(engine).items():
                counted[f"{read} for {meant}"] += times
    return dict(counted.most_common())


def digest(paths: Iterable[Path]) -> str:
    """Of manifests, in the order given."""
    whole = sha256()
    for path in paths:
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _read(
    entries: Iterable[Entry], origin: str, *, engine: str, tell: Told, weight: float = 1.0
) -> Iterator[tuple[str, Example]]:
    for number, entry in enumerate(entries, start=1):
        try:
            yield from _examples(entry, origin, engine, weight)
        except Exception as error:  # one document that breaks stops no other
            tell(f"{entry.id}: {type(error).__name__}\n")
        tell(f"\r{origin}: {number}")
    tell("\n")


def _examples(
    entry: Entry, origin: str, engine: str, weight: float
) -> Iterator[tuple[str, Example]]:
    """Where second readings say something it is seen with them and without; each counts for half.

    Truth that was taken from a file's embedded data teaches nothing of what its pages may not show.
    """
    if not entry.truth:
        return
    pages, name = reading.read(entry.path, engine=engine)
    plain = reading.understand(pages, entry.doctype, name)[1]
    said = reading.witnesses(entry.path)
    heard = reading.understand(pages, entry.doctype, name, said=said)[1]
    ways = [plain] if heard == plain else [plain, heard]
    for found in ways:
        share = weight * (1.0 if len(ways) == 1 else BOTH_WAYS)
        for one in found:
            known = one.name in entry.truth and one.name in entry.vouched
            if isinstance(one, Found) and known:
                yield name, _example(one, entry, origin, share)


def _example(found: Found, entry: Entry, origin: str, weight: float) -> Example:
    kind = doctypes.get(entry.doctype).rule(found.name).type
    return Example(
        document=f"{origin}/{entry.group or entry.id}",
        kind=entry.kind,
        origin=origin,
        doctype=entry.doctype,
        type=kind.value,
        field=found.name,
        evidence=found.evidence,
        right=is_right(found.normalised, entry.truth[found.name], kind),
        failed=bool(found.failed),
        flagged=bool(found.flags),
        weight=weight,
    )


def _of_lesson(lesson: Lesson) -> Example:
    read, chosen, proved, second = lesson.evidence
    return Example(
        document=f"installation/{lesson.pk}",
        kind=lesson.reason,
        origin="installation",
        doctype=lesson.doctype,
        type=lesson.type,
        field=lesson.field,
        evidence=Evidence(read, chosen, proved, Second(second)),
        right=lesson.right,
        failed=lesson.failed,
        flagged=lesson.flagged,
        weight=lesson.weight,
    )
