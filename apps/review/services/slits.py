"""Slits of a document's pages: drawn once, when a task is made, and sealed as they are."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from apps.base.errors import Gone, Unreadable
from apps.base.types import Actor, Box
from apps.extraction import drawing
from apps.extraction.kept import TEN_THOUSAND
from apps.extraction.models import Field, Page, to_box
from apps.review.crops import Pixels, Slit, draw_slit
from apps.review.models import Task
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact
from apps.vault.sealing import Sealing

SYSTEM = Actor("system:review")


class Drawer:
    """Draws slits of one document, opening each page once."""

    def __init__(self) -> None:
        self._number: int | None = None
        self._page: Page | None = None
        self._pixels: Pixels | None = None

    def slit(self, task: Task, field: Field) -> Sealing | None:
        """The sealed slit of a field's task; None if there is no place on any page to look at."""
        if field.page != self._number:
            self._turn_to(field)
        if self._page is None or self._pixels is None or not field.boxes:
            return None
        windows = [to_box(edges) for edges in field.boxes]
        slit = draw_slit(self._pixels, windows, words_of(self._page))
        task.geometry = geometry_of(slit)
        return sealed_slit(task, slit)

    def _turn_to(self, field: Field) -> None:
        self._number, self._page, self._pixels = field.page, page_of(field), None
        if self._page is not None:
            with suppress(Gone, Unreadable):
                self._pixels = pixels_of(self._page, actor=SYSTEM, purpose="slit")


@dataclass(frozen=True, slots=True)
class Sight:
    """The page behind a slit, as far as something wider may be drawn of it."""

    image: Artifact
    words: list[Box]
    windows: list[Box]  # of the value

    def pixels(self, *, actor: Actor, purpose: str) -> Pixels:
        """Raises Gone if the page image's clock ran out."""
        return _opened(self.image, actor, purpose)


def sight_of(task: Task) -> Sight | None:
    """The page behind a field's slit, whether of a document or of a known answer."""
    if task.known is not None:
        known = task.known
        return Sight(known.image, boxes_of(known.layout), [to_box(box) for box in known.boxes])
    page = page_of(task.field) if task.field is not None else None
    if task.field is None or page is None or not task.field.boxes:
        return None
    return Sight(page.image, words_of(page), [to_box(box) for box in task.field.boxes])


def page_of(field: Field) -> Page | None:
    """The drawn page a field stands on, if it stands anywhere."""
    if field.page is None:
        return None
    return field.document.drawn.select_related("image").filter(number=field.page).first()


def words_of(page: Page) -> list[Box]:
    """Where words stand on a page."""
    return boxes_of(page.layout)


def boxes_of(layout: Iterable[Sequence[int]]) -> list[Box]:
    """The boxes of a layout as it is kept; what has become a stroke is left out."""
    return [
        Box(*(edge / TEN_THOUSAND for edge in edges))
        for edges in layout
        if edges[0] < edges[2] and edges[1] < edges[3]
    ]


def pixels_of(page: Page, *, actor: Actor, purpose: str) -> Pixels:
    """The page image. Raises Gone if its clock ran out."""
    return _opened(page.image, actor, purpose)


def _opened(image: Artifact, actor: Actor, purpose: str) -> Pixels:
    with vault.open(image, actor=actor, purpose=purpose) as content:
        return drawing.decode(content.read())


def geometry_of(slit: Slit) -> dict[str, object]:
    """How a slit lies on its page, in fractions; what a browser needs to draw marks."""
    return {
        "width": slit.width,
        "height": slit.height,
        "frame": [slit.frame.left, slit.frame.top, slit.frame.width, slit.frame.height],
        "window": [
            slit.window.left,
            slit.window.top,
            slit.window.width,
            slit.window.height,
        ],
        "share": slit.share,
    }


def sealed_slit(task: Task, slit: Slit) -> Sealing:
    """The picture of a task's slit, sealed; whoever called keeps or aborts it."""
    return vault.prepare(
        slit.png,
        kind=ArtifactClass.CROP,
        organisation=task.organisation_id,
        document=task.sealed_under,
    )
