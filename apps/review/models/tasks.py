from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from apps.accounts.models import Membership, User, Workspace
from apps.base.models import OwnedRow
from apps.extraction.models import Field
from apps.intake.models import Document
from apps.jobs.models import Job
from apps.review.rules import MOVES, LineReason, Reason, State, Verdict
from apps.vault.models import Artifact


class Claim(OwnedRow):
    """A lease on a few tasks: nobody else is shown them while it lasts."""

    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="claims")
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["reviewer"], condition=Q(ended_at=None), name="one_open_claim_a_reviewer"
            )
        ]
        indexes = [models.Index(fields=["until"], name="claims_by_end", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"claim {self.pk}"


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> TaskQuerySet:
        return self.filter(state=State.OPEN)

    def undecided(self) -> TaskQuerySet:
        """What a job still waits for: a verdict that is final."""
        return self.filter(state__in=(State.OPEN, State.DECIDED))

    def awaited(self) -> TaskQuerySet:
        """Without what was accepted and is only looked at to learn from: no job waits for that."""
        return self.exclude(reason=Reason.AUDIT)

    def workable_by(self, user: User) -> TaskQuerySet:
        """Open tasks of the person's workspaces, on documents somebody else sent.

        Escalated ones are for leads only; nobody is offered again what they passed on.
        """
        if user.organisation_id is None or not user.has_perm("review.decide_task"):
            return self.none()
        member = Membership.objects.filter(user=user, workspace=OuterRef("workspace"))
        passed_on = Decision.objects.filter(
            task=OuterRef("pk"),
            reviewer=user,
            verdict__in=(Verdict.SKIPPED, Verdict.UNREADABLE),
            undone=False,
        )
        tasks = self.open().filter(Exists(member), organisation_id=user.organisation_id)
        if not user.has_perm("review.decide_escalated"):
            tasks = tasks.filter(escalated=False)
        return tasks.exclude(document__sender=user).exclude(Exists(passed_on))

    def held_by(self, user: User, now: datetime) -> TaskQuerySet:
        """Tasks under the person's claim; a claim or a role that ended holds nothing."""
        if not user.has_perm("review.decide_task"):
            return self.none()
        held = self.filter(claim__reviewer=user, claim__ended_at=None, claim__until__gt=now)
        return held.exclude(document__sender=user).select_related(
            "claim", "field", "document__reading", "crop"
        )


class Task(OwnedRow):
    """One question put before a person, and where it stands: a doubtful field, or a class."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="tasks")
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    field = models.OneToOneField(Field, models.PROTECT, null=True, related_name="task")
    job = models.ForeignKey(Job, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20)  # a `Reason`
    state = models.CharField(
        max_length=12, default=State.OPEN, choices=[(state, state) for state in State]
    )
    escalated = models.BooleanField(default=False)  # to a lead
    skips = models.PositiveSmallIntegerField(default=0)
    crop = models.OneToOneField(Artifact, models.PROTECT, null=True, related_name="+")
    geometry = models.JSONField(default=dict)  # of the crop; see `services.asking`
    claim = models.ForeignKey(Claim, models.SET_NULL, null=True, related_name="tasks")
    decision = models.ForeignKey("Decision", models.PROTECT, null=True, related_name="+")
    moved_at = models.DateTimeField(auto_now_add=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("decide_task", "Can decide review tasks"),
            ("decide_escalated", "Can decide what reviewers could not"),
            ("see_line", "Can see the line around a word, with a reason"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=(State.OPEN, State.WITHDRAWN)) | Q(decision__isnull=False),
                name="decided_by_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(field=None, reason=Reason.UNSURE_CLASS)
                | Q(field__isnull=False) & ~Q(reason=Reason.UNSURE_CLASS),
                name="about_a_field_or_a_class",
            ),
            models.UniqueConstraint(
                fields=["document"], condition=Q(field=None), name="one_class_task_a_document"
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "created_at", "id"],
                name="tasks_to_claim",
                condition=Q(state=State.OPEN, claim=None),
            ),
            models.Index(
                fields=["moved_at"], name="tasks_to_seal", condition=Q(state=State.DECIDED)
            ),
        ]

    def __str__(self) -> str:
        return f"task {self.pk}: {self.state}"

    @property
    def asks_class(self) -> bool:
        return self.field_id is None

    @property
    def topic(self) -> dict[str, Any]:
        """What it asks, as the trail says it."""
        return {"field": self.field.name} if self.field else {"asks": "class"}

    @property
    def page(self) -> int:
        """The page its slit is from, from 1; 0 if it is from none."""
        return (self.field.page if self.field else self.geometry.get("page")) or 0

    def move(self, to: State, **changes: object) -> bool:
        """Change state if nobody did so since we read the task; True if we were the ones."""
        if to not in MOVES[State(self.state)]:
            raise ValueError(f"{self.state} cannot become {to}.")
        found = Task.objects.filter(pk=self.pk, state=self.state).update(state=to, **changes)
        if found:
            self.refresh_from_db()
        return bool(found)


class Decision(OwnedRow):
    """What a person said of a task. Rows are added and never changed, but for `undone`."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="decisions")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)  # from the browser: sending it twice is deciding once
    verdict = models.CharField(max_length=12)  # a `Verdict`
    trouble = models.CharField(max_length=12, blank=True)  # a `Trouble`
    sealed = models.BinaryField(null=True)  # a `Content`; null without a value, or after erasure
    doctype = models.CharField(max_length=40, blank=True, db_default="")  # where a class is asked
    checks = models.JSONField(default=list)  # [name, passed] of each validator
    right = models.BooleanField(null=True)  # whether the machine was; null: nobody can say
    shown_ms = models.PositiveIntegerField()  # how long the slit was on screen
    undone = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["claim", "-id"], name="decisions_of_claim")]

    def __str__(self) -> str:
        return f"{self.verdict} on {self.task_id}"


class LineGrant(OwnedRow):
    """A reviewer may see the line around one word for some seconds, for a reason."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="line_grants")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, choices=[(reason, reason) for reason in LineReason])
    until = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"line of {self.task_id}"


class Lesson(OwnedRow):
    """Whether one value that a machine had read was right, as a person said.

    It belongs to no document and holds no content: it outlives both, and calibration learns from
    it. Rows are added and never changed, so that counting them waits for nobody.
    """

    engine = models.CharField(max_length=60)  # "name/version"
    calibration = models.CharField(max_length=120, blank=True)  # under which it was read
    doctype = models.CharField(max_length=40)
    type = models.CharField(max_length=20)  # of the field
    field = models.CharField(max_length=40)  # its name
    reason = models.CharField(max_length=20)  # a `Reason`
    evidence = models.JSONField()  # read, chosen, proved, second; see `extraction.fields`
    confidence = models.FloatField()  # 0 to 1
    failed = models.BooleanField()  # a check of the value
    flagged = models.BooleanField()
    weight = models.FloatField()  # for how many fields it stands; a field drawn by lot for many
    right = models.BooleanField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["engine", "doctype"], name="lessons_of_engine")]

    def __str__(self) -> str:
        return f"lesson of {self.engine}"
