"""Who may see records, what proves them, and the originals they speak of."""

from apps.accounts.models import User
from apps.base.errors import NotAllowed, NotFound
from apps.preservation.models import Record


def check_can_see(user: User, record: Record) -> None:
    """Not there and not yours are the same answer."""
    if not Record.objects.visible_to(user).filter(pk=record.pk).exists():
        raise NotFound


def can_see(user: User, record: Record) -> bool:
    try:
        check_can_see(user, record)
    except NotFound:
        return False
    return True


def check_can_download(user: User, record: Record) -> None:
    """Overseeing records gives no content, and a grant no original: it is for its workspace."""
    check_can_see(user, record)
    if not user.has_perm("preservation.download_original"):
        raise NotAllowed("You may not download signed originals.")
    if not record.workspace.has_member(user):
        raise NotAllowed("Only people of its workspace may download this original.")


def can_download(user: User, record: Record) -> bool:
    try:
        check_can_download(user, record)
    except (NotAllowed, NotFound):
        return False
    return True


def check_can_see_evidence(user: User, record: Record) -> None:
    check_can_see(user, record)
    if not user.has_perm("preservation.view_evidence"):
        raise NotAllowed("You may not see signature evidence.")


def can_see_evidence(user: User, record: Record) -> bool:
    try:
        check_can_see_evidence(user, record)
    except (NotAllowed, NotFound):
        return False
    return True


def check_can_approve(user: User, record: Record) -> None:
    check_can_see_evidence(user, record)
    if not user.has_perm("preservation.approve_record"):
        raise NotAllowed("You may not record approvals.")


def can_approve(user: User, record: Record) -> bool:
    try:
        check_can_approve(user, record)
    except (NotAllowed, NotFound):
        return False
    return True
