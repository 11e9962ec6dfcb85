"""Who may see how reliable reading is, and who may demand more of it."""

from uuid import UUID

from apps.accounts.models import User
from apps.base.errors import NotAllowed


def check_can_set_standard(user: User) -> UUID:
    """The organisation whose standard the person sets."""
    if user.organisation_id is None or not user.has_perm("extraction.set_standard"):
        raise NotAllowed("Only the compliance officer sets how many errors reading may make.")
    return user.organisation_id


def can_set_standard(user: User) -> bool:
    try:
        check_can_set_standard(user)
    except NotAllowed:
        return False
    return True
