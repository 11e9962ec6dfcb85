"""Who may see, send and grant. `check_` raises with the reason; `can_` only asks."""

from apps.accounts.models import User, Workspace
from apps.base.errors import NotAllowed, NotFound
from apps.intake.models import Document


def check_can_send(user: User, workspace: Workspace) -> None:
    if not user.has_perm("intake.add_document"):
        raise NotAllowed("You may not send documents. Ask your organisation admin for the role.")
    foreign = user.through is not None and user.through.workspace_id != workspace.pk
    if foreign or not workspace.has_member(user):
        raise NotFound("There is no such workspace for you.")


def can_see(user: User, document: Document) -> bool:
    return Document.objects.visible_to(user).filter(pk=document.pk).exists()


def check_can_see(user: User, document: Document) -> None:
    """Not there and not yours are the same answer."""
    if not can_see(user, document):
        raise NotFound


def check_can_grant(user: User, document: Document) -> None:
    """Giving others a look is for the people of the document's workspace."""
    check_can_see(user, document)
    if not document.workspace.has_member(user):
        raise NotAllowed("Only people of its workspace may let others see this document.")
