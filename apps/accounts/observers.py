"""What the sign-in libraries tell us, written to the trail.

Django, allauth and axes announce sign-ins by signals; this is the one place that listens.
"""

from typing import Any

from allauth.account.signals import password_changed
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Outcome, Tag
from apps.base.types import Actor

NOBODY = Actor("system:sign-in")


@receiver(user_logged_in, dispatch_uid="trail")
def signed_in(*, user: User, **_: object) -> None:
    _record(Tag.SIGNED_IN, user)


@receiver(user_logged_out, dispatch_uid="trail")
def signed_out(*, user: User | None, **_: object) -> None:
    """Whoever leaves, by a button or by going quiet, leaves nothing taken behind."""
    if user is not None:
        _record(Tag.SIGNED_OUT, user)
        accounts.leave(user, now=timezone.now())


@receiver(password_changed, dispatch_uid="trail")
def changed_password(*, user: User, **_: object) -> None:
    _record(Tag.PASSWORD_CHANGED, user)


@receiver(user_login_failed, dispatch_uid="trail")
def sign_in_failed(*, credentials: dict[str, Any], **_: object) -> None:
    """A failed attempt is known by the account it was for, if there is one, never by its text."""
    _record(Tag.SIGN_IN_FAILED, _named(credentials), Outcome.DENIED)


@receiver(user_locked_out, dispatch_uid="trail")
def locked_out(*, username: str | None, **_: object) -> None:
    _record(Tag.LOCKED_OUT, _named({"email": username}), Outcome.DENIED)


def _named(credentials: dict[str, Any]) -> User | None:
    address = credentials.get("email") or credentials.get("username") or ""
    return User.objects.filter(email__iexact=str(address).strip()).first()


@transaction.atomic
def _record(tag: Tag, user: User | None, outcome: Outcome = Outcome.DONE) -> None:
    audit.record(
        tag,
        actor=user.actor if user and outcome is Outcome.DONE else NOBODY,
        subject=user.pk if user else "unknown",
        organisation=user.organisation_id if user else None,
        outcome=outcome,
    )
