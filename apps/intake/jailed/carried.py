"""Behind the wall: what a PDF carries besides its pages.

None of it reaches anybody: what people and readers get is drawn from the pages, inside the wall.
It is still said, so that whoever looks after the portal sees what is sent to it.
"""

import io
from collections.abc import Iterator

import pikepdf

from apps.intake.screening import Flag

MOST_OBJECTS = 200_000  # looked at; a file that has more is itself worth a flag
DEEPEST = 40  # direct objects within one another
TRIGGERS = frozenset({"/AA", "/JS", "/XFA", "/RichMediaContent"})
ATTACHED = frozenset({"/EmbeddedFiles", "/EF"})
# Kinds of action that do more than turn to a page of the same file or show where a link leads.
ACTIONS = frozenset(
    f"/{name}"
    for name in (
        *("JavaScript", "Launch", "SubmitForm", "ImportData", "ResetForm", "GoToR", "GoToE"),
        *("Hide", "Rendition", "Movie", "Sound", "Thread", "SetOCGState", "Trans"),
        *("GoTo3DView", "RichMediaExecute"),
    )
)


def flags(content: bytes) -> list[str]:
    """The names of all that was found. A file that cannot be followed to its end is flagged."""
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            found = {Flag.ENCRYPTED} if document.is_encrypted else set()
            return sorted(found | _found(document))
    except pikepdf.PasswordError:  # the pages are open, and something else in it is not
        return [Flag.ENCRYPTED]
    except Exception:  # pages that one parser finds and another does not are a trick of their own
        return [Flag.UNCLEAR]


def _found(document: pikepdf.Pdf) -> set[Flag]:
    found: set[Flag] = set()
    for count, (keys, action) in enumerate(_dictionaries(document)):
        if count > MOST_OBJECTS:
            return found | {Flag.UNCLEAR}
        if keys & TRIGGERS or action in ACTIONS:
            found.add(Flag.ACTIVE)
        if keys & ATTACHED:
            found.add(Flag.ATTACHED)
    return found


def _dictionaries(document: pikepdf.Pdf) -> Iterator[tuple[frozenset[str], str]]:
    """The keys of every dictionary, and its /S; references are not followed, so loops are none."""
    waiting: list[tuple[object, int]] = [(held, 0) for held in document.objects]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            yield frozenset(value.keys()), str(value.get("/S", ""))
        if depth < DEEPEST:
            waiting += [(one, depth + 1) for one in _inner(value) if not _refers(one)]


def _inner(value: object) -> list[object]:
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        return [value[key] for key in value.keys()]  # noqa: SIM118 - it is no real mapping
    return list(value) if isinstance(value, pikepdf.Array) else []


def _refers(value: object) -> bool:
    return isinstance(value, pikepdf.Object) and value.is_indirect
