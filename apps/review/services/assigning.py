"""Who reviews what; and what nobody can review."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from apps.accounts.models import Membership, User, Workspace
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.errors import NotFound, NotPossible
from apps.extraction import lexicon
from apps.extraction.doctypes import TIERS
from apps.extraction.values import Kind
from apps.review import permissions
from apps.review.models import Decision, Scope, Task
from apps.review.rules import PASSING_ON, Turn

ENOUGH = 500  # tasks looked at, those that are due first; what is stuck is among them
NARROWING = ("doctype", "kind", "language", "tier", "region")


@dataclass(frozen=True, slots=True)
class Stuck:
    """Tasks of a workspace that nobody there may take, counted among those that are due first."""

    second: int = 0  # second turns without a second reader
    third: int = 0  # differences without a third person
    others: int = 0  # nobody but the sender, or nobody but who passed it on

    @property
    def tasks(self) -> int:
        return self.second + self.third + self.others

    @property
    def sentences(self) -> list[str]:
        """What a lead is told, and what helps."""
        said = []
        if self.second:
            said.append(f"{self.second} slits wait for a second reader who is not here: add one.")
        if self.third:
            said.append(
                f"{self.third} slits wait for a lead who was neither of their readers: add one."
            )
        if self.others:
            said.append(f"{self.others} slits may be decided by nobody here: add a reviewer.")
        return said


@transaction.atomic
def assign(
    reviewer: User, *, user: User, workspace: Workspace | None = None, **narrowing: str
) -> Scope:
    """Offer a reviewer tasks of a scope; with their first, no longer all of their workspaces.

    `narrowing` may name `doctype`, `kind`, `language`, `tier` and `region`; empty narrows nothing.
    Doing it twice is doing it once.

    Raises:
        NotAllowed, NotFound: see `permissions.check_can_direct_person`.
        NotPossible: there is no such class, kind, language or tier.
    """
    permissions.check_can_direct_person(user, reviewer)
    permissions.check_can_direct(user, workspace)
    if workspace is not None and not workspace.has_member(reviewer):
        raise NotFound
    _check_known(narrowing)
    assert user.organisation_id is not None  # nobody else may direct
    scope, new = Scope.objects.get_or_create(
        reviewer=reviewer,
        workspace=workspace,
        **{name: narrowing.get(name, "") for name in NARROWING},
        defaults={"organisation_id": user.organisation_id, "assigned_by": user},
    )
    if new:
        _record(Tag.SCOPE_ASSIGNED, scope, user)
    return scope


@transaction.atomic
def unassign(scope: Scope, *, user: User) -> None:
    """Take a scope away; whoever has none left is offered all of their workspaces again.

    Raises:
        NotAllowed, NotFound: see `permissions.check_can_direct_person`.
    """
    permissions.check_can_direct_person(user, scope.reviewer)
    _record(Tag.SCOPE_TAKEN, scope, user)
    scope.delete()


def scopes_of(reviewer: User) -> list[Scope]:
    """What a reviewer is offered; empty means all of their workspaces."""
    return list(Scope.objects.filter(reviewer=reviewer).select_related("workspace").order_by("pk"))


def stuck(workspace: Workspace) -> Stuck:
    """What would wait for ever in a workspace, since nobody of it may take it."""
    free = Task.objects.open().real().filter(workspace=workspace, claim=None)
    first = list(free.order_by("due_at", "id").values_list("pk", flat=True)[:ENOUGH])
    somebody = Q(Exists(_able("decide_task")), escalated=False)
    somebody |= Q(Exists(_able("decide_escalated")), escalated=True)
    nobody = Task.objects.filter(pk__in=first).exclude(somebody)
    rows = list(nobody.values_list("turn", flat=True))
    second, third = rows.count(Turn.SECOND), rows.count(Turn.THIRD)
    return Stuck(second, third, len(rows) - second - third)


def _able(codename: str) -> Any:
    """Members of a task's workspace who hold a permission and may read the task."""
    passed_on = Decision.objects.filter(
        task=OuterRef(OuterRef("pk")),
        reviewer=OuterRef("user"),
        verdict__in=PASSING_ON,
        undone=False,
    )
    readings = Task.objects.filter(field=OuterRef(OuterRef("field")), reader=OuterRef("user"))
    members = Membership.objects.filter(workspace=OuterRef("workspace"), user__is_active=True)
    able = members.filter(user__groups__permissions__codename=codename)
    able = able.exclude(user=OuterRef("sender"))
    return able.exclude(Exists(readings)).exclude(Exists(passed_on))


def _check_known(narrowing: dict[str, str]) -> None:
    if unknown := set(narrowing) - set(NARROWING):
        raise TypeError(f"A scope has no {sorted(unknown)}.")
    permissions.check_is_class(narrowing.get("doctype", ""))
    known: dict[str, Sequence[str]] = {
        "kind": [kind.value for kind in Kind],
        "language": list(lexicon.small_words_of()),
        "tier": sorted(TIERS),
    }
    for name, allowed in known.items():
        if narrowing.get(name) and narrowing[name] not in allowed:
            raise NotPossible(f"There is no such {name}.")


def _record(tag: Tag, scope: Scope, user: User) -> None:
    """Regions are words of an organisation, and stay out of the trail."""
    audit.record(
        tag,
        actor=user.actor,
        subject=scope.reviewer_id,
        organisation=scope.organisation_id,
        scope=str(scope.pk),
        workspace=scope.workspace_id,
        doctype=scope.doctype,
        kind=scope.kind,
        language=scope.language,
        tier=scope.tier,
    )
