"""Who may take the trail out of the portal."""

from apps.accounts.models import User
from apps.assurance.models import Export
from apps.base.errors import NotAllowed, NotFound


def check_can_export(user: User) -> None:
    if not user.has_perm("assurance.export_trail"):
        raise NotAllowed("You may not export the trail. Compliance officers may.")


def check_can_fetch(user: User, export: Export) -> None:
    """Not there and not yours are the same answer."""
    if not can_fetch(user, export):
        raise NotFound


def can_fetch(user: User, export: Export) -> bool:
    return Export.objects.visible_to(user).filter(pk=export.pk).exists()
