"""Answer a person who asks to be erased: a list of documents, worked through one by one.

There is no search over content, so nobody finds a person here: the organisation knows from its own
files which documents are about them, and names these by reference. Whoever works through the list
sees none of them.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from apps.accounts.models import Organisation, User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotPossible
from apps.intake.models import Document
from apps.retention import permissions
from apps.retention.models import Cause, Fate, SubjectItem, SubjectRequest
from apps.retention.services import holds
from apps.retention.services.erasing import ask, erase_now, take
from apps.retention.services.withdrawing import fate_of

NONE = "None of these is a document of your organisation."
ANSWERED = "This was answered before."
OPEN = "Some of it has not been answered yet."


@transaction.atomic
def open_request(references: Sequence[str], *, case: str, user: User) -> SubjectRequest:
    """Begin to answer a person: the documents that are about them, and where their wish is kept.

    Raises:
        NotAllowed: see `permissions.check_can_serve`.
        NotPossible: none of these documents is there.
    """
    permissions.check_can_serve(user)
    assert user.organisation_id is not None  # nobody else has a permission
    documents = Document.objects.filter(
        organisation_id=user.organisation_id, reference__in=references
    ).order_by("pk")
    if not documents:
        raise NotPossible(NONE)
    Organisation.objects.select_for_update(no_key=True).get(pk=user.organisation_id)  # one by one
    last = SubjectRequest.objects.aggregate(last=Max(F("number")))["last"] or 0
    request = SubjectRequest.objects.create(
        organisation_id=user.organisation_id, number=last + 1, case=case, opened_by=user
    )
    SubjectItem.objects.bulk_create(
        SubjectItem(organisation_id=user.organisation_id, request=request, document=document)
        for document in documents
    )
    _record(Tag.SUBJECT_ASKED, request, user, documents=len(documents))
    return request


def erase_item(item: SubjectItem, *, user: User) -> Fate:
    """Erase one document of a wish, as far as holds and law let it go; what became of it.

    Raises:
        NotAllowed: see `permissions.check_can_serve`.
        NotPossible: it was answered before.
        Unavailable: the wish could not be sealed; nothing was erased.
    """
    permissions.check_can_serve(user)
    document = Document.objects.select_related("original", "submission").get(pk=item.document_id)
    ask(document, Cause.SUBJECT, user)
    with transaction.atomic():
        take(document)
        if not holds.covering(document):
            erase_now(document, Cause.SUBJECT, user.actor, asked_by=user)
        fate, why = fate_of(document)
        _answer(item, fate, why, user)
    return fate


@transaction.atomic
def refuse_item(item: SubjectItem, *, why: str, user: User) -> None:
    """Say why one document stays. Raises NotAllowed, NotPossible as `erase_item` does."""
    permissions.check_can_serve(user)
    _answer(item, Fate.REFUSED, why, user)


@transaction.atomic
def close_request(request: SubjectRequest, *, user: User) -> None:
    """Say that a person was answered.

    Raises:
        NotAllowed: see `permissions.check_can_serve`.
        NotPossible: something has no answer yet, or it was closed before.
    """
    permissions.check_can_serve(user)
    if request.items.filter(fate=Fate.WAITING).exists():
        raise NotPossible(OPEN)
    open_one = SubjectRequest.objects.filter(pk=request.pk, closed_at=None)
    if not open_one.update(closed_at=timezone.now(), closed_by=user):
        raise NotPossible(ANSWERED)
    counted = {fate.value: request.items.filter(fate=fate).count() for fate in Fate}
    del counted[Fate.WAITING.value]
    _record(Tag.SUBJECT_ANSWERED, request, user, **counted)


def _answer(item: SubjectItem, fate: Fate, why: str, user: User) -> None:
    """What is held may be tried again; every other answer is the last."""
    open_item = SubjectItem.objects.filter(pk=item.pk, fate__in=[Fate.WAITING, Fate.HELD])
    said = {"fate": fate, "why": why, "answered_by": user, "answered_at": timezone.now()}
    if not open_item.update(**said):
        raise NotPossible(ANSWERED)


def _record(tag: Tag, request: SubjectRequest, user: User, **facts: Any) -> None:
    audit.record(
        tag,
        actor=user.actor,
        subject=request.pk,
        organisation=request.organisation_id,
        request=request.reference,
        **facts,
    )
