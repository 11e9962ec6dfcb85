"""The check of one object and the queryset of all agree, for everybody and in every state."""

import inspect
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.accounts import permissions as accounts_pairs
from apps.accounts import services as accounts
from apps.accounts.models import ApiKey, Membership, User, Workspace
from apps.assurance import permissions as assurance
from apps.assurance.models import Export, SavedSearch
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.base.scope import acting_for
from apps.delivery import permissions as delivery
from apps.extraction import doctypes
from apps.intake import permissions as intake
from apps.intake import services as documents
from apps.intake.forms import TermsForm
from apps.intake.models import Document, DocumentGrant
from apps.preservation import permissions as preservation
from apps.preservation.models import Package, Record
from apps.retention import permissions as retention
from apps.retention.models import Disposal, Hold, PolicyVersion
from apps.review import permissions as review
from apps.review.ladder import Step
from apps.review.models import Claim, Grant, Task
from tests.conftest import SYSTEM
from tests.permissions.table import PEOPLE
from tests.permissions.world import World

DAY = timedelta(days=1)

Check = Callable[[User, Any], None]
Listed = Callable[[User], QuerySet[Any]]


def seen(user: User) -> QuerySet[Document]:
    return Document.objects.visible_to(user)


def seen_with(permission: str) -> Listed:
    return lambda user: seen(user) if user.has_perm(permission) else Document.objects.none()


def of_own(permission: str) -> Listed:
    """What the person sees by membership, and not by a grant."""

    def listed(user: User) -> QuerySet[Document]:
        rooms = Workspace.objects.filter(memberships__user=user)
        return seen_with(permission)(user).filter(workspace__in=rooms)

    return listed


def recorded(user: User) -> QuerySet[Record]:
    return Record.objects.visible_to(user)


def recorded_with(permission: str) -> Callable[[User], QuerySet[Record]]:
    return lambda user: recorded(user) if user.has_perm(permission) else Record.objects.none()


def recorded_of_own(user: User) -> QuerySet[Record]:
    """What the person may take away: of a workspace of theirs, whatever they oversee."""
    rooms = Workspace.objects.filter(memberships__user=user)
    return recorded_with("preservation.download_original")(user).filter(workspace__in=rooms)


def signable(user: User) -> QuerySet[PolicyVersion]:
    """What somebody else proposed."""
    if not user.has_perm("retention.govern"):
        return PolicyVersion.objects.none()
    others = Q(proposed_by=None) | ~Q(proposed_by=user.pk)
    return PolicyVersion.objects.filter(others, organisation_id=user.organisation_id)


def liftable(user: User) -> QuerySet[Hold]:
    """What somebody else asked to lift, or nobody."""
    if not user.has_perm("retention.govern"):
        return Hold.objects.none()
    others = Q(lift_asked_by=None) | ~Q(lift_asked_by=user.pk)
    return Hold.objects.filter(others, organisation_id=user.organisation_id)


def disposable(user: User) -> QuerySet[Disposal]:
    """What somebody else agreed to, or nobody."""
    if not user.has_perm("retention.govern"):
        return Disposal.objects.none()
    others = Q(proposed_by=None) | ~Q(proposed_by=user.pk)
    return Disposal.objects.visible_to(user).filter(others)


def withdrawable(user: User) -> QuerySet[Document]:
    if user.has_perm("retention.serve_subjects"):
        return Document.objects.filter(organisation_id=user.organisation_id)
    own = of_own("retention.withdraw_consent")(user)
    return own if user.has_perm("retention.delete_document") else own.filter(sender=user)


def held(user: User) -> QuerySet[Task]:
    return Task.objects.held_by(user, timezone.now())


def held_with_line(user: User) -> QuerySet[Task]:
    return held(user) if user.has_perm("review.see_line") else Task.objects.none()


def answerable(user: User) -> QuerySet[Grant]:
    return Grant.objects.answerable_by(user)


def see_line(user: User, one: Task) -> None:
    review.check_can_see_more(user, one, step=Step.LINE, now=timezone.now())


def seen_in_own_workspace(user: User) -> QuerySet[Document]:
    return seen(user).filter(workspace__memberships__user=user)


def managed(user: User) -> QuerySet[ApiKey]:
    """The keys that the admin's page lists."""
    if not user.has_perm("accounts.manage_keys"):
        return ApiKey.objects.none()
    return ApiKey.objects.filter(organisation_id=user.organisation_id)


def offered(user: User) -> QuerySet[Workspace]:
    """The workspaces that the upload form offers."""
    if not user.has_perm("intake.add_document"):
        return Workspace.objects.none()
    known = [(one.name, one.title) for one in doctypes.load_all()]
    return TermsForm(user=user, doctypes=known, field_names=[]).fields["workspace"].queryset


def now(check: Callable[..., None]) -> Check:
    return lambda user, one: check(user, one, now=timezone.now())


ERASABLE = of_own("retention.delete_document")
# Each check of one object, and the queryset it must agree with.
PAIRS: dict[str, tuple[type, Check, Listed]] = {
    "accounts.check_can_revoke": (ApiKey, accounts_pairs.check_can_revoke, managed),
    "intake.check_can_see": (Document, intake.check_can_see, seen),
    "intake.check_can_grant": (Document, intake.check_can_grant, seen_in_own_workspace),
    "intake.check_can_send": (Workspace, intake.check_can_send, offered),
    "assurance.check_can_fetch": (
        Export, assurance.check_can_fetch, lambda user: Export.objects.visible_to(user),
    ),
    "delivery.check_can_reveal": (
        Document, delivery.check_can_reveal, seen_with("delivery.reveal_field"),
    ),
    "delivery.check_can_download": (
        Document, delivery.check_can_download, seen_with("delivery.download_result"),
    ),
    "delivery.check_can_download_transcript": (
        Document, delivery.check_can_download_transcript, of_own("delivery.download_transcript"),
    ),
    "preservation.check_can_see": (Record, preservation.check_can_see, recorded),
    "preservation.check_can_download": (
        Record, preservation.check_can_download, recorded_of_own,
    ),
    "preservation.check_can_see_evidence": (
        Record, preservation.check_can_see_evidence, recorded_with("preservation.view_evidence"),
    ),
    "preservation.check_can_approve": (
        Record, preservation.check_can_approve, recorded_with("preservation.approve_record"),
    ),
    "retention.check_can_delete": (Document, retention.check_can_delete, ERASABLE),
    "retention.check_can_withdraw": (Document, retention.check_can_withdraw, withdrawable),
    "retention.check_can_dispose": (Disposal, retention.check_can_dispose, disposable),
    "retention.check_can_approve": (PolicyVersion, retention.check_can_approve, signable),
    "retention.check_can_lift": (Hold, retention.check_can_lift, liftable),
    "review.check_holds": (Task, now(review.check_holds), held),
    "review.check_can_see_more": (Task, see_line, held_with_line),
    "review.check_can_answer": (Grant, review.check_can_answer, answerable),
}  # fmt: skip
OF_A_PERSON = {  # the role only
    "accounts.check_can_manage_keys",
    "assurance.check_can_export",
    "extraction.can_set_standard",
    "extraction.check_can_set_standard",
    "retention.check_can_govern",
    "retention.check_can_serve",
    "review.check_can_review",
    "review.check_can_lead",
    "review.check_not_paused",
}
OF_TWO = {  # ask of two things at once; tests/api and tests/review/test_scopes.py try each
    "accounts.check_can_hold",
    "review.check_can_direct",
    "review.check_can_direct_person",
}
OF_WORDS = {"review.check_is_class"}  # ask of nobody
ASKS = {  # the half of a pair that answers instead of raising
    "intake.can_see": "intake.check_can_see",
    "assurance.can_fetch": "assurance.check_can_fetch",
    "delivery.can_reveal": "delivery.check_can_reveal",
    "delivery.can_download": "delivery.check_can_download",
    "delivery.can_download_transcript": "delivery.check_can_download_transcript",
    "preservation.can_see": "preservation.check_can_see",
    "preservation.can_download": "preservation.check_can_download",
    "preservation.can_see_evidence": "preservation.check_can_see_evidence",
    "preservation.can_approve": "preservation.check_can_approve",
    "retention.can_delete": "retention.check_can_delete",
    "retention.can_approve": "retention.check_can_approve",
    "retention.can_lift": "retention.check_can_lift",
    "retention.can_dispose": "retention.check_can_dispose",
    "retention.can_serve": "retention.check_can_serve",
    "retention.can_withdraw": "retention.check_can_withdraw",
    "review.holds": "review.check_holds",
}
LISTS = {  # and the models that have them
    ("visible_to", Document), ("held_by", Task), ("visible_to", Export),
    ("visible_to", Disposal),
    ("visible_to", Record),
    ("visible_to", Package),  # who may pack; tests/preservation tries it
    ("visible_to", SavedSearch),  # a person's own; tests/assurance tries it
}  # fmt: skip


def passes(check: Check, user: User, one: object) -> bool:
    try:
        check(user, one)
    except (NotAllowed, NotFound, NotPossible):
        return False
    return True


def everybody(world: World) -> list[User]:
    """The cast as the database has it now; permissions are remembered by the object."""
    return [User.objects.get(pk=user.pk) for user in world.people.values()]


def assert_agree(name: str, user: User, asks: list[str]) -> None:
    """On every row that the database shows at the moment."""
    model, check, listed = PAIRS[name]
    found = set(listed(user).values_list("pk", flat=True))
    for one in model.objects.all():
        expected = one.pk in found
        about = f"{name} of {one} for {user.name}, whose queryset says {expected}"
        assert passes(check, user, one) is expected, about
        for ask in asks:
            how = {"now": timezone.now()} if ask == "review.holds" else {}
            assert function(ask)(user, one, **how) is expected, about


# What may have happened before


def nothing(world: World) -> None:
    pass


def grants(world: World) -> None:
    for user in (world.house.cleo, world.house.rita, world.house.carl):
        documents.grant(
            world.delivered, to=user, reason="handover", until=DAY, user=world.house.clara
        )


def ended_grants(world: World) -> None:
    grants(world)
    for given in DocumentGrant.grants.all():
        documents.end_grant(given, user=world.house.clara)


def lost_roles(world: World) -> None:
    for name in ("clara", "rita"):
        accounts.set_roles(world.people[name], roles=[], actor=SYSTEM)


def slits_only(world: World) -> None:
    lost_roles(world)
    world.house.rita.user_permissions.add(Permission.objects.get(codename="decide_task"))


def lost_workspaces(world: World) -> None:
    Membership.objects.all().delete()


def left(world: World) -> None:
    User.objects.update(is_active=False)


def late(world: World) -> None:
    Claim.objects.update(until=timezone.now())


def released(world: World) -> None:
    Claim.objects.update(ended_at=timezone.now())


def sent_by_the_reviewer(world: World) -> None:
    Document.objects.update(sender=world.house.rita)


HAPPENED = [
    nothing, grants, ended_grants, lost_roles, slits_only, lost_workspaces, left, late, released,
    sent_by_the_reviewer,
]  # fmt: skip


@pytest.mark.parametrize("happened", HAPPENED, ids=lambda one: one.__name__)
@pytest.mark.parametrize("name", PAIRS)
def test_the_check_and_the_queryset_agree(world, name, happened):
    happened(world)
    asks = [ask for ask, checked in ASKS.items() if checked == name]
    for user in everybody(world):
        for organisation in (world.house.halden, world.house.northmere):
            with acting_for(organisation.pk):
                assert_agree(name, user, asks)


@pytest.mark.parametrize("name", PAIRS)
def test_each_pair_lets_somebody_pass_and_somebody_not(world, name):
    model, check, _ = PAIRS[name]
    let = [passes(check, user, one) for user in everybody(world) for one in model.objects.all()]
    assert {True, False} == set(let)


@pytest.mark.parametrize("name", ["mallory", "op", "root"])
def test_strangers_see_nothing_even_with_haldens_rows_before_them(world, name):
    user = User.objects.get(pk=world.people[name].pk)
    own = {world.mallory_s.pk} if name == "mallory" else set()
    assert set(seen(user).values_list("pk", flat=True)) <= own
    assert not any(lane.exists() for lane in Task.objects.workable_by(user))
    assert not held(user).exists()


def test_no_check_was_forgotten():
    checks = {
        f"{app.label}.{name}"
        for app in apps.get_app_configs()
        if app.name in settings.LADDER and (module := permissions_of(app.name))
        for name, one in inspect.getmembers(module, inspect.isfunction)
        if one.__module__ == module.__name__
    }
    assert checks == set(PAIRS) | set(ASKS) | OF_A_PERSON | OF_TWO | OF_WORDS


def test_no_queryset_was_forgotten():
    found = {
        (name, model)
        for model in apps.get_models()
        if model.__module__.startswith("apps.")
        for name in dir(model._default_manager)
        if name.endswith(("visible_to", "held_by"))
    }
    assert found == LISTS
    assert set(PEOPLE) > {"op", "root"}


def permissions_of(app: str) -> Any:
    try:
        return import_module(f"{app}.permissions")
    except ModuleNotFoundError:
        return None


def function(name: str) -> Callable[..., bool]:
    app, _, said = name.partition(".")
    return getattr(import_module(f"apps.{app}.permissions"), said)
