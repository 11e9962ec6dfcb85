"""Who may delete a document and withdraw its consent."""

from apps.accounts.models import User
from apps.base.errors import NotAllowed, NotFound
from apps.intake import permissions as intake
from apps.intake.models import Document


def check_can_delete(user: User, document: Document) -> None:
    intake.check_can_see(user, document)
    if not user.has_perm("retention.delete_document"):
        raise NotAllowed("You may not delete documents.")


def can_delete(user: User, document: Document) -> bool:
    try:
        check_can_delete(user, document)
    except (NotAllowed, NotFound):
        return False
    return True
