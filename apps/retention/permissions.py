"""Who may delete a document and withdraw its consent, and who governs what is kept."""

from apps.accounts.models import User
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.intake import permissions as intake
from apps.intake.models import Document
from apps.retention.models import Disposal, Hold, PolicyVersion

GOVERN = "retention.govern"
NO_DISPOSAL = "You may not agree to erasures. Ask your records manager."
SUBJECTS = "retention.serve_subjects"
TWO = "This needs a second person: you cannot sign what you proposed."


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
    """Consent covers all that was sent together: for its workspace, or whoever serves subjects.

    The latter know the document by its reference and see nothing of it.
    """
    if can_serve(user) and document.organisation_id == user.organisation_id:
        return
    intake.check_can_see(user, document)
    if not user.has_perm("retention.withdraw_consent"):
        raise NotAllowed("You may not withdraw the consent for documents.")
    if document.sender_id != user.pk and not user.has_perm("retention.delete_document"):
        raise NotAllowed("A service account withdraws the consent for what it sent itself.")
    if not document.workspace.has_member(user):
        raise NotAllowed("You may see this document for a time. Only its workspace withdraws it.")


def can_withdraw(user: User, document: Document) -> bool:
    try:
        check_can_withdraw(user, document)
    except (NotAllowed, NotFound):
        return False
    return True


def check_can_serve(user: User) -> None:
    if not user.has_perm(SUBJECTS):
        raise NotAllowed("You may not answer for people who ask. Ask your compliance officer.")


def can_serve(user: User) -> bool:
    return user.has_perm(SUBJECTS)


def check_can_dispose(user: User, disposal: Disposal) -> None:
    """Where two must agree, whoever agreed first is the one person who cannot agree again."""
    if not user.has_perm(GOVERN):
        raise NotAllowed(NO_DISPOSAL)
    if not Disposal.objects.visible_to(user).filter(pk=disposal.pk).exists():
        raise NotFound
    if disposal.proposed_by_id == user.pk:
        raise NotPossible(TWO)


def can_dispose(user: User, disposal: Disposal) -> bool:
    try:
        check_can_dispose(user, disposal)
    except (NotAllowed, NotFound, NotPossible):
        return False
    return True


def check_can_govern(user: User) -> None:
    if not user.has_perm(GOVERN):
        raise NotAllowed("You may not change what is kept. Ask your records manager.")


def check_can_approve(user: User, version: PolicyVersion) -> None:
    """Whoever proposed a policy is the one person who cannot approve it."""
    check_can_govern(user)
    if version.organisation_id != user.organisation_id:
        raise NotFound
    if version.proposed_by_id == user.pk:
        raise NotPossible(TWO)


def can_approve(user: User, version: PolicyVersion) -> bool:
    try:
        check_can_approve(user, version)
    except (NotAllowed, NotFound, NotPossible):
        return False
    return True


def check_can_lift(user: User, hold: Hold) -> None:
    """Whoever asked to lift a hold is the one person who cannot lift it."""
    check_can_govern(user)
    if hold.organisation_id != user.organisation_id:
        raise NotFound
    if hold.lift_asked_by_id == user.pk:
        raise NotPossible(TWO)


def can_lift(user: User, hold: Hold) -> bool:
    try:
        check_can_lift(user, hold)
    except (NotAllowed, NotFound, NotPossible):
        return False
    return True
