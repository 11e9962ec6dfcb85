"""Take away what reading wrote: page images, and the values of fields."""

from collections.abc import Sequence

from django.db import transaction

from apps.base.types import Actor
from apps.extraction.models import Field, Page
from apps.intake.models import Document
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact


def erase_pages(document: Document, *, actor: Actor, reason: str) -> None:
    """Destroy the page images. The fields stay."""
    erase_pages_each([document], actor=actor, reason=reason)


def erase_pages_each(documents: Sequence[Document], *, actor: Actor, reason: str) -> None:
    """`erase_pages` for several documents of one organisation at one go."""
    pages = Page.objects.filter(document__in=documents).select_related("image")
    vault.shred_each([page.image for page in pages], actor=actor, reason=reason)


def erase_fields(document: Document, *, actor: Actor, reason: str) -> None:
    """Destroy the key of all values, and the values; names and confidences stay."""
    erase_fields_each([document], actor=actor, reason=reason)


@transaction.atomic
def erase_fields_each(documents: Sequence[Document], *, actor: Actor, reason: str) -> None:
    """`erase_fields` for several documents of one organisation at one go."""
    pks = [document.pk for document in documents]
    values = Artifact.objects.filter(document__in=pks, kind=ArtifactClass.FIELDS)
    vault.shred_each(list(values), actor=actor, reason=reason)
    Field.objects.filter(document__in=pks).update(sealed=None)
