"""Rows of who saw what: the leave to see more than a slit, and every picture that was sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from apps.accounts.models import Membership, User
from apps.base.models import OwnedRow
from apps.intake.models import Document
from apps.review import rules
from apps.review.ladder import HOUR, MOVES, RUNGS, State, Step

PER_PAGE = 10_000  # parts of a page's width and height that regions are given in


class GrantQuerySet(models.QuerySet["Grant"]):
    def usable(self, now: datetime) -> GrantQuerySet:
        """Those by which something may be looked at now; a lead's leave waits an hour."""
        waits = Q(until=None, answered_at__gt=now - HOUR)
        return self.filter(waits | Q(until__gt=now), state=State.GIVEN)

    def over(self, now: datetime) -> GrantQuerySet:
        """What nobody can answer or open any more, as its task or its hour went by."""
        late = Q(state=State.GIVEN, until=None, answered_at__lte=now - HOUR)
        return self.filter(late | Q(state=State.ASKED) & ~Q(pk__in=self.asked().values("pk")))

    def asked(self) -> GrantQuerySet:
        """What a lead has still to answer, while whoever asked holds its task."""
        return self.filter(
            state=State.ASKED,
            task__state=rules.State.OPEN,
            task__claim__reviewer=F("reviewer"),
            task__claim__ended_at=None,
        )

    def answerable_by(self, user: User) -> GrantQuerySet:
        """Of those the ones of the person's workspaces that somebody else asked for."""
        if user.organisation_id is None or not user.has_perm("review.lead_queues"):
            return self.none()
        member = Membership.objects.filter(user=user, workspace=OuterRef("task__workspace"))
        return self.asked().filter(Exists(member)).exclude(reviewer=user)


class Grant(OwnedRow):
    """One person may see one step more around one word, for a reason and some seconds."""

    task = models.ForeignKey("review.Task", models.PROTECT, related_name="grants")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    step = models.CharField(max_length=8)  # a `Step`
    reason = models.CharField(max_length=20)  # a `Why`
    state = models.CharField(max_length=10)  # a `ladder.State`
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )  # the lead; null: within what a person may take alone
    answered_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)  # null: its seconds begin when it is opened

    objects = GrantQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["task", "reviewer", "step"],
                condition=Q(state=State.ASKED),
                name="asked_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(answered_by=F("reviewer")), name="nobody_grants_themselves"
            ),
            models.CheckConstraint(
                condition=~Q(step=Step.PAGE, state__in=(State.GIVEN, State.OPENED))
                | Q(answered_by__isnull=False),
                name="a_page_takes_a_lead",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=False)
                | ~Q(state=State.OPENED) & (~Q(state=State.GIVEN) | Q(answered_by__isnull=False)),
                name="what_is_seen_has_an_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="grants_standing",
                condition=Q(state=State.ASKED) | Q(state=State.GIVEN, until=None),
            ),
            models.Index(fields=["reviewer", "-created_at"], name="grants_of_reviewer"),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.task_id}"

    @property
    def seconds(self) -> timedelta:
        """How long it lets a person look."""
        return timedelta(seconds=RUNGS[Step(self.step)].seconds)

    def move(self, to: State, **changes: object) -> bool:
        """Change state if nobody did so since we read the grant; True if we were the ones."""
        if to not in MOVES[State(self.state)]:
            raise ValueError(f"{self.state} cannot become {to}.")
        found = Grant.objects.filter(pk=self.pk, state=self.state).update(state=to, **changes)
        if found:
            self.refresh_from_db()
        return bool(found)


class Look(OwnedRow):
    """A picture that was sent to one person: which part of which page, why, and for how long.

    `created_at` is when it left, whether or not it was looked at: what is fetched ahead counts.
    Rows hold no content and outlive the document, like the trail.
    """

    document = models.ForeignKey(
        Document, models.PROTECT, null=True, related_name="looks"
    )  # null: of a drawn one, whose answer is known
    task = models.ForeignKey("review.Task", models.PROTECT, related_name="looks")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    step = models.CharField(max_length=8)  # a `Step`
    reason = models.CharField(max_length=20, blank=True)  # a `Why`; empty: the slit itself
    page = models.PositiveSmallIntegerField()  # from 1
    region = models.JSONField()  # left, top, width, height in 1/10 000 of the page
    pixels = models.PositiveIntegerField()  # that could be seen
    of_pixels = models.PositiveIntegerField()  # the page has
    shown_ms = models.PositiveIntegerField(default=0)  # on screen, as the browser said; bounded
    ended_at = models.DateTimeField(null=True)  # when access ended, as far as it is known

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["document", "id"], name="looks_of_document"),
            models.Index(fields=["task", "reviewer", "-id"], name="looks_of_task"),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.task_id} to {self.reviewer_id}"
