"""Exceptions: one person may see one document for a time."""

from datetime import timedelta

from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotFound, NotPossible
from apps.intake import permissions
from apps.intake.models import VIEW, Document, DocumentGrant

LONGEST_GRANT = timedelta(days=30)


@transaction.atomic
def grant(
    document: Document, *, to: User, reason: str, until: timedelta, user: User
) -> DocumentGrant:
    """Let one person of the organisation see one document for a time.

    A second grant to the same person replaces the first.

    Raises:
        NotFound: the giver does not see the document, or the other is nobody here.
        NotAllowed: the giver was given a look, which is not theirs to pass on.
        NotPossible: the time is longer than a grant may last.
    """
    permissions.check_can_grant(user, document)
    if to.organisation_id != document.organisation_id:
        raise NotFound("There is no such person for you.")
    if not timedelta() < until <= LONGEST_GRANT:
        raise NotPossible("A grant lasts at most 30 days.")
    now = timezone.now()
    open_grants = DocumentGrant.grants.filter(content_object=document, user=to, ended_at=None)
    open_grants.update(ended_at=now)
    given = DocumentGrant.grants.create(
        content_object=document,
        user=to,
        permission=Permission.objects.get(codename=VIEW, content_type__app_label="intake"),
        reason=reason,
        given_by=user,
        until=now + until,
    )
    _record_grant(Tag.GRANT_GIVEN, given, user)
    return given


@transaction.atomic
def end_grant(given: DocumentGrant, *, user: User) -> None:
    """End a grant early. Doing it twice is doing it once. Raises as `grant` does."""
    permissions.check_can_grant(user, given.content_object)
    open_grant = DocumentGrant.grants.filter(pk=given.pk, ended_at=None)
    if open_grant.update(ended_at=timezone.now()):
        _record_grant(Tag.GRANT_ENDED, given, user)


def _record_grant(tag: Tag, given: DocumentGrant, user: User) -> None:
    audit.record(
        tag,
        actor=user.actor,
        subject=given.user_id,
        organisation=user.organisation_id,
        document=given.content_object_id,
        reason=given.reason,
    )
