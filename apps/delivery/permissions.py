"""Who may see values in clear and take results away."""

from apps.accounts.models import User
from apps.base.errors import NotAllowed, NotFound
from apps.intake import permissions as intake
from apps.intake.models import Document


def check_can_reveal(user: User, document: Document) -> None:
    intake.check_can_see(user, document)
    if not user.has_perm("delivery.reveal_field"):
        raise NotAllowed("You may see masked values only.")


def can_reveal(user: User, document: Document) -> bool:
    try:
        check_can_reveal(user, document)
    except (NotAllowed, NotFound):
        return False
    return True


def check_can_download(user: User, document: Document) -> None:
    intake.check_can_see(user, document)
    if not user.has_perm("delivery.download_result"):
        raise NotAllowed("You may not download results.")


def can_download(user: User, document: Document) -> bool:
    try:
        check_can_download(user, document)
    except (NotAllowed, NotFound):
        return False
    return True


def check_can_download_transcript(user: User, document: Document) -> None:
    """A grant lets one see a document; its whole text is for the people of its workspace."""
    intake.check_can_see(user, document)
    if not user.has_perm("delivery.download_transcript"):
        raise NotAllowed("You may not download transcripts.")
    if not document.workspace.has_member(user):
        raise NotAllowed("You may see this document for a time. Its text is for its workspace.")


def can_download_transcript(user: User, document: Document) -> bool:
    try:
        check_can_download_transcript(user, document)
    except (NotAllowed, NotFound):
        return False
    return True
