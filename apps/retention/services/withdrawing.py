"""Take consent back, all or some: work stops, what may go goes, a receipt says what stays.

Whoever sent something may, through a page or a key, and so may whoever answers for people who ask:
the latter know a document by its reference and see nothing of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import canonical
from apps.base.ids import uuid7
from apps.base.types import Actor
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import services as jobs
from apps.retention import permissions
from apps.retention.models import Cause, Erasure, Fate, Withdrawal
from apps.retention.services import clocks, holds
from apps.retention.services.erasing import Kept, ask, erase_now, kept_by_law, take
from apps.review import services as review
from apps.vault import signing

REASON = Cause.WITHDRAWN.value


def withdraw(document: Document, *, user: User) -> list[Erasure]:
    """Take back the consent for all that was sent together, and erase it.

    Work on what a legal hold covers, or a law keeps, stops too; that goes when it may. The receipt
    is `submission.withdrawal`.

    Raises:
        NotFound, NotAllowed: see `permissions.check_can_withdraw`.
        NotPossible: consent was withdrawn before.
        Unavailable: the wish could not be sealed; nothing was erased.
    """
    permissions.check_can_withdraw(user, document)
    ask(document, Cause.WITHDRAWN, user)
    with transaction.atomic():
        return _withdraw(document, user)


@transaction.atomic
def narrow(document: Document, *, less: str, user: User) -> None:
    """Take back one thing that was allowed. Nobody is asked any more where that was manual review.

    What waits for people is delivered as undecided.

    Raises:
        NotFound, NotAllowed: see `permissions.check_can_withdraw`.
        NotPossible: it is not allowed as it is.
    """
    permissions.check_can_withdraw(user, document)
    intake.narrow(document, less=less, by=user)
    if less == "manual_review":
        together = _together(document)
        review.withdraw_each(together, actor=user.actor, reason="consent")


def fate_of(document: Document) -> tuple[Fate, str]:
    """What became of a document that was to be erased, and why if it is not gone."""
    if Erasure.objects.filter(document=document).exists():
        return Fate.ERASED, ""
    if covering := holds.covering(document):
        return Fate.HELD, f"Legal hold {', '.join(hold.reference for hold in covering)}."
    kept = kept_by_law(document)
    if kept:
        return Fate.KEPT, " ".join(_why(one) for one in kept)
    return Fate.WAITING, "It is erased within a minute."


def _withdraw(document: Document, user: User) -> list[Erasure]:
    intake.withdraw(document, by=user)
    erased, together = [], _together(document)
    for one in together:
        take(one)
        if holds.covering(one):
            _wait(one, user.actor)
        elif erasure := erase_now(one, Cause.WITHDRAWN, user.actor, asked_by=user):
            erased.append(erasure)
    _certify(together, user, timezone.now())
    return erased


def _together(document: Document) -> list[Document]:
    sent = Document.objects.filter(submission_id=document.submission_id).order_by("pk")
    return list(sent.select_related("original", "submission"))


def _wait(document: Document, actor: Actor) -> None:
    """Stop all work on a held document; its clocks say that it goes as soon as it may."""
    jobs.stop(intake.FLOW, subject_id=document.pk, actor=actor, reason=REASON)
    review.withdraw(document, actor=actor, reason=REASON)
    clocks.wind(document)


def _certify(documents: Sequence[Document], user: User, now: datetime) -> Withdrawal:
    """The receipt: what was sent together, what became of each, and why something stays."""
    organisation, submission = documents[0].organisation_id, documents[0].submission
    made = Withdrawal(
        id=uuid7(), organisation_id=organisation, submission=submission, asked_by=user
    )
    made.number = f"WR-{now:%Y%m%d-%H%M}-{made.pk.hex[-6:].upper()}"
    key, public = signing.public_key(organisation)
    body: dict[str, Any] = {
        "v": 1,
        "number": made.number,
        "organisation": str(organisation),
        "submission": str(submission.pk),
        "cause": REASON,
        "asked_by": user.actor,
        "issued_at": now.isoformat(timespec="microseconds"),
        "key": key,
        "public_key": public,
        "documents": [_line(document) for document in documents],
    }
    made.body = canonical.encode(body)
    signed = signing.sign(made.body, organisation=organisation)
    made.signature, made.key = signed.signature, signed.key
    made.save(force_insert=True)
    return made


def _line(document: Document) -> dict[str, Any]:
    fate, why = fate_of(document)
    return {
        "reference": document.reference,
        "became": fate.value,
        "why": why,
        "kept": [
            {
                "kind": one.kind,
                "until": one.due_at.isoformat(timespec="seconds"),
                "policy": one.policy,
                "basis": one.rule.basis,
            }
            for one in kept_by_law(document)
        ],
    }


def _why(kept: Kept) -> str:
    return f"{kept.kind.capitalize()} until {kept.due_at:%Y-%m-%d}: {kept.rule.basis}."
