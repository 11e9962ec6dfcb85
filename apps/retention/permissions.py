"""Who may delete a document and withdraw its consent."""

from apps.accounts.models import User
from apps.base.errors import NotAllowed, NotFound
from apps.intake import permissions as intake
from apps.intake.models import Document


def check_can_delete(user: User, document: Document) -> None:
    """A grant lets one see a document; erasing it is for the people of its workspace."""
    intake.check_can_see(user, document)
    if not user.has_perm("retention.delete_document"):
        raise NotAllowed("You may not delete documents.")
    if not document.workspace.has_member(user):
        raise NotAllowed("You may see this document for a time. Only its workspace deletes it.")


def can_delete(user: User, document: Document) -> bool:
    try:
        check_can_delete(user, document)
    except (NotAllowed, NotFound):
        return False
    return True


def check_can_withdraw(user: User, document: Document) -> None:
    """Consent covers all that was sent together; it takes the right to delete all of it."""
    check_can_delete(user, document)
