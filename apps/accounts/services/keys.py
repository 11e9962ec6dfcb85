"""API keys: issued and revoked by the organisation admin, known again at every request."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from apps.accounts import permissions, tokens, tries
from apps.accounts.models import ApiKey, Membership, Standing, User, Workspace
from apps.accounts.scopes import Scope
from apps.accounts.tokens import Token
from apps.audit import services as audit
from apps.audit.tags import Outcome, Tag
from apps.base.errors import NotKnown, NotPossible, TooMany
from apps.base.scope import acting_for
from apps.base.types import Actor

DOOR = Actor("system:api")
NOT_VALID = "This key is not valid. Ask your organisation admin for another one."
LOCKED = "Too many wrong keys came from this place. Wait, then try again."
MOST_LOCKS_TOLD = 60  # events, in one cool-off, about places that were locked


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key, and the only moment at which it is there in clear."""

    key: ApiKey
    token: Token


@transaction.atomic
def issue(
    *,
    name: str,
    holder: User,
    workspace: Workspace,
    scopes: list[Scope],
    lasts: timedelta,
    user: User,
) -> Issued:
    """Issue a key for a service account in one of its workspaces.

    Raises:
        NotAllowed: see `permissions.check_can_manage_keys`.
        NotFound: the account or the workspace is not there for this admin.
        NotPossible: the account may hold no key, or the key would last too long.
    """
    permissions.check_can_manage_keys(user)
    permissions.check_can_hold(holder, workspace, admin=user)
    if not scopes or not timedelta() < lasts <= settings.LONGEST_KEY:
        raise NotPossible("A key does at least one thing and lasts at most one year.")
    assert user.organisation_id is not None
    token, now = tokens.make(user.organisation_id), timezone.now()
    key = ApiKey.objects.create(
        organisation_id=user.organisation_id,
        name=name,
        user=holder,
        workspace=workspace,
        prefix=token.prefix,
        digest=token.digest,
        scopes=sorted(scopes),
        issued_by=user,
        created_at=now,
        expires_at=now + lasts,
    )
    _record(Tag.API_KEY_ISSUED, key, user.actor, scopes=key.scopes, days=lasts.days)
    return Issued(key, token)


@transaction.atomic
def revoke(key: ApiKey, *, user: User) -> None:
    """End a key at once. Doing it twice is doing it once.

    Raises:
        NotAllowed, NotFound: see `permissions.check_can_revoke`.
    """
    permissions.check_can_revoke(user, key)
    live = ApiKey.objects.filter(pk=key.pk, revoked_at=None)
    if live.update(revoked_at=timezone.now(), revoked_by=user):
        _record(Tag.API_KEY_REVOKED, key, user.actor)


def keys_of(user: User, *, count: int) -> list[ApiKey]:
    """Keys of an admin's organisation, newest first, the revoked ones last."""
    assert user.organisation_id is not None  # nobody else may manage keys
    keys = ApiKey.objects.filter(organisation_id=user.organisation_id)
    about = keys.select_related("user", "workspace")
    first = F("revoked_at").asc(nulls_first=True)
    return list(about.order_by(first, "-created_at", "-pk")[:count])


def holder_of(text: str, *, address: str) -> User:
    """The service account behind a key, acting through it.

    The organisation that the key names opens its wall for one look at one row; the key is known
    only when its secret fits. Failures are counted by place before anything is asked of the
    database, and they all look the same from outside.

    Raises:
        NotKnown: the key is wrong, revoked or expired, or its holder has left.
        TooMany: too many wrong keys came from there.
    """
    place = tries.place_of(address)
    if tries.is_locked(place):
        raise TooMany(LOCKED, wait=settings.API_COOLOFF_SECONDS)
    token = tokens.parse(text)
    key, reason = _look_up(token) if token else (None, "malformed")
    if key is None or reason:
        _fail(key, reason, place)
        raise NotKnown(NOT_VALID)
    key.user.through = key
    return key.user


def deny(key: ApiKey, *, reason: str) -> None:
    """Record that a key asked for more than it may; the same thing once in a while only."""
    if tries.is_worth_an_event(f"{key.pk}:{reason}"):
        with transaction.atomic(), acting_for(key.organisation_id):
            _record(Tag.API_KEY_DENIED, key, key.actor, Outcome.DENIED, reason=reason)


def _look_up(token: Token) -> tuple[ApiKey | None, str]:
    """The row a key finds, and why it is not valid; no reason if it is."""
    with acting_for(token.organisation):
        member = Membership.objects.filter(user=OuterRef("user"), workspace=OuterRef("workspace"))
        rows = ApiKey.objects.select_related("user__organisation", "workspace")
        own = rows.filter(prefix=token.prefix, organisation_id=token.organisation)
        key = own.annotate(is_member=Exists(member)).first()
        if key is None:
            return None, "unknown"
        reason = _trouble(key, token, is_member=key.is_member)
        if not reason:
            _note_use(key)
        return key, reason


def _trouble(key: ApiKey, token: Token, *, is_member: bool) -> str:
    if not token.matches(key.digest):
        return "wrong"
    if key.standing is not Standing.LIVE:
        return key.standing.value
    if not (key.user.is_active and is_member):
        return "ended"  # the account was closed, or left the workspace
    return ""


def _note_use(key: ApiKey) -> None:
    """Write down the day, once a day: enough to find keys nobody uses."""
    today = timezone.now().date()
    if key.used_on != today:
        ApiKey.objects.filter(pk=key.pk).update(used_on=today)


def _fail(key: ApiKey | None, reason: str, place: str) -> None:
    if key is not None:
        deny(key, reason=reason)
    if tries.failed(place) and tries.is_worth_an_event("locks", most=MOST_LOCKS_TOLD):
        with transaction.atomic():
            audit.record(
                Tag.API_LOCKED,
                actor=DOOR,
                subject="unknown",
                organisation=None,
                outcome=Outcome.DENIED,
            )


def _record(
    tag: Tag, key: ApiKey, actor: Actor, outcome: Outcome = Outcome.DONE, **facts: object
) -> None:
    audit.record(
        tag,
        actor=actor,
        subject=key.pk,
        organisation=key.organisation_id,
        outcome=outcome,
        holder=str(key.user_id),
        workspace=key.workspace_id,
        **facts,  # type: ignore[arg-type]
    )
