"""Put the bytes of one copy in place of a damaged other one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotPossible, Unavailable
from apps.base.ids import uuid7
from apps.preservation.fixity import keep, look, tell
from apps.preservation.models import Copy, Fixity
from apps.vault import copies as vault
from apps.vault.copies import Place

NO_SECOND = "No second store is configured, so there is nothing to repair it from."
BOTH = "The other copy is not what was received either. Nothing was changed; restore a backup."


def check_can_repair(user: User) -> None:
    if not user.has_perm("preservation.repair_copies"):
        raise NotAllowed("You may not repair stored copies. Records managers may.")


@transaction.atomic
def repair(copy: Copy, *, user: User, now: datetime) -> None:
    """Put the bytes of the other copy in place of a damaged one, and end its quarantine.

    Both are hashed, before and after. A copy that is well needs nothing and is let go; a second
    call finds that nothing is in quarantine.

    Raises:
        NotAllowed: see `check_can_repair`.
        NotPossible: there is no other copy, or it is damaged too.
    """
    check_can_repair(user)
    copy = Copy.objects.select_for_update().select_related("record__artifact").get(pk=copy.pk)
    if copy.quarantined_at is None:
        return
    if look(copy).found is not Fixity.SAME:
        _put_in_place(copy)
    looked, run = look(copy), uuid7()
    if looked.found is not Fixity.SAME:
        raise Unavailable("The repaired copy could not be read back. Try again in a minute.")
    tell(
        Tag.COPY_REPAIRED,
        copy,
        user.actor,
        damage=copy.damage,
        sha256=looked.digest,
    )
    keep([looked], run, now)
    Copy.objects.filter(pk=copy.pk).update(damage="", quarantined_at=None)


def _put_in_place(copy: Copy) -> None:
    other = Place.SECOND if copy.place == Place.FIRST else Place.FIRST
    if other not in vault.places():
        raise NotPossible(NO_SECOND)
    if look(Copy(record=copy.record, place=other, size=copy.size)).found is not Fixity.SAME:
        raise NotPossible(BOTH)
    vault.copy(copy.record.artifact, source=other, to=Place(copy.place))
