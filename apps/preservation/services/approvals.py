"""What people say of a record: approvals of internal workflows, and corrections.

Their words are signature evidence: sealed one by one under the keys of that family, apart from
the document, and opened only for whoever may see evidence.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.preservation import permissions
from apps.preservation.models import Approval, Record, RecordCorrection
from apps.preservation.reasons import Said
from apps.preservation.services.records import note
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact

SHOWN = 20  # of each kind on a page
ERASED = "This was disposed of. Nothing is recorded about it any more."
OTHER = "This form was used before. Open the page again."


Row = TypeVar("Row", Approval, RecordCorrection)


class Commented(NamedTuple):
    """An approval or a correction, and what was written with it."""

    row: Approval | RecordCorrection
    words: str


@transaction.atomic
def approve(record: Record, *, key: UUID, what: Said, comment: str, user: User) -> Approval:
    """Record one step of an internal workflow. The same key twice is one approval.

    Raises:
        NotFound, NotAllowed: see `permissions.check_can_approve`.
        NotPossible: the original was disposed of, or the key was used for something else.
    """
    _check(record, user)
    if before := Approval.objects.filter(pk=key).first():
        return _same(before, record, user)
    approval = Approval.objects.create(
        id=key,
        organisation_id=record.organisation_id,
        record=record,
        person=user,
        role=", ".join(user.groups.order_by("name").values_list("name", flat=True))[:40],
        what=what,
        at=timezone.now(),
        comment=_sealed(comment, record, user) if comment else None,
    )
    note(Tag.APPROVAL_RECORDED, record, actor=user.actor, what=what.value, approval=str(key))
    return approval


@transaction.atomic
def correct(record: Record, *, key: UUID, what: str, reason: str, user: User) -> RecordCorrection:
    """Say beside a record that it says something wrong; the record itself stays as it is.

    Raises as `approve` does.
    """
    _check(record, user)
    if before := RecordCorrection.objects.filter(pk=key).first():
        return _same(before, record, user)
    correction = RecordCorrection.objects.create(
        id=key,
        organisation_id=record.organisation_id,
        record=record,
        what=what,
        corrected_by=user,
        reason=_sealed(reason, record, user),
    )
    note(Tag.RECORD_CORRECTED, record, actor=user.actor, what=what, correction=str(key))
    return correction


@transaction.atomic
def comments(record: Record, *, user: User) -> Sequence[Commented]:
    """The newest approvals and corrections with their words; that they were read is recorded.

    Raises:
        NotFound, NotAllowed: see `permissions.check_can_see_evidence`.
    """
    permissions.check_can_see_evidence(user, record)
    note(Tag.RECORD_SHOWN, record, actor=user.actor, evidence=True, words=True)
    approvals = record.approvals.select_related("person", "comment").order_by("-id")[:SHOWN]
    corrections = record.corrections.select_related("corrected_by", "reason").order_by("-id")
    said = [Commented(one, _words(one.comment, user)) for one in approvals]
    wrong = [Commented(one, _words(one.reason, user)) for one in corrections[:SHOWN]]
    return sorted([*said, *wrong], key=lambda one: one.row.created_at)


def _check(record: Record, user: User) -> None:
    permissions.check_can_approve(user, record)
    if record.document.erased_at:
        raise NotPossible(ERASED)


def _same(before: Row, record: Record, user: User) -> Row:
    by = before.person_id if isinstance(before, Approval) else before.corrected_by_id
    if before.record_id != record.pk or by != user.pk:
        raise NotPossible(OTHER)
    return before


def _sealed(words: str, record: Record, user: User) -> Artifact:
    return vault.seal(
        words.encode(),
        kind=ArtifactClass.SIGNATURE_EVIDENCE,
        organisation=record.organisation_id,
        document=record.document_id,
        actor=user.actor,
    )


def _words(sealed: Artifact | None, user: User) -> str:
    if sealed is None or sealed.shredded_at:
        return ""
    with vault.open(sealed, actor=user.actor, purpose="evidence") as source:
        return source.read().decode()
