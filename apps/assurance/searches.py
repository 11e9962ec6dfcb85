"""Questions that somebody asks often, kept under a name."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.assurance.models import SavedSearch
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import Gone, NotFound, NotPossible
from apps.vault import services as vault
from apps.vault.models import Artifact

NAME = "assurance.search.name"  # the column that a name is sealed for
MOST = 20  # of one person


@dataclass(frozen=True, slots=True)
class Kept:
    """A search as its owner sees it."""

    id: UUID
    name: str
    address: str


@transaction.atomic
def keep(asks: dict[str, str], *, name: str, user: User) -> SavedSearch:
    """Keep a question under a name.

    Raises:
        NotPossible: nothing is asked, or there are too many.
    """
    if not asks:
        raise NotPossible("Choose a filter first. Without one there is nothing to keep.")
    if SavedSearch.objects.visible_to(user).count() >= MOST:
        raise NotPossible(f"You have {MOST} saved searches. Delete one first.")
    assert user.organisation_id is not None  # nobody else may read a trail
    search = SavedSearch(organisation_id=user.organisation_id, user=user, asks=asks)
    cipher = vault.open_values(search.pk, organisation=user.organisation_id, actor=user.actor)
    search.name = cipher.seal(name.strip(), column=NAME, row=search.pk)
    search.save(force_insert=True)
    _record(Tag.SEARCH_SAVED, search, user)
    return search


def kept(user: User) -> list[Kept]:
    """A person's searches, newest first. One whose name was erased, after a year, is left out."""
    rows = SavedSearch.objects.visible_to(user).order_by("-id")[:MOST]
    opened = [_opened(row, user) for row in rows]
    return [one for one in opened if one is not None]


@transaction.atomic
def forget(pk: UUID, *, user: User) -> None:
    """Delete a search; its name cannot be read any more, from no copy.

    Raises:
        NotFound: there is none of this person's.
    """
    search = SavedSearch.objects.visible_to(user).filter(pk=pk).first()
    if search is None:
        raise NotFound
    for key in Artifact.objects.of_document(search.pk).alive():
        vault.shred(key, actor=user.actor, reason="deleted")
    _record(Tag.SEARCH_DELETED, search, user)
    search.delete()


def _opened(search: SavedSearch, user: User) -> Kept | None:
    try:
        cipher = vault.open_values(search.pk, organisation=search.organisation_id, actor=user.actor)
    except Gone:
        return None
    name = cipher.open(bytes(search.name), column=NAME, row=search.pk)
    return Kept(search.pk, name, urlencode(search.asks))


def _record(tag: Tag, search: SavedSearch, user: User) -> None:
    audit.record(
        tag,
        actor=user.actor,
        subject=search.pk,
        organisation=search.organisation_id,
        filters=sorted(search.asks),
    )
