from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.accounts.models import User, Workspace
from apps.base.models import OwnedRow
from apps.extraction.models import Field
from apps.intake.models import Document
from apps.jobs.models import Job
from apps.review.models.claims import Claim
from apps.review.models.known import KnownAnswer
from apps.review.models.scopes import lanes_of
from apps.review.rules import MOVES, PASSING_ON, Reason, State, Turn
from apps.vault.models import Artifact

TO_CLAIM = Q(state=State.OPEN, claim=None, known=None)


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> TaskQuerySet:
        return self.filter(state=State.OPEN)

    def undecided(self) -> TaskQuerySet:
        """What a job still waits for: a verdict that is final."""
        return self.filter(state__in=(State.OPEN, State.DECIDED))

    def awaited(self) -> TaskQuerySet:
        """Without what was accepted and is only looked at to learn from: no job waits for that."""
        return self.exclude(reason=Reason.AUDIT)

    def real(self) -> TaskQuerySet:
        """Without known answers, which are of no document and count for no queue."""
        return self.filter(known=None)

    def free_for(self, user: User) -> TaskQuerySet:
        """Tasks that nobody holds and the person may decide, whatever their workspace.

        Never of a document they sent, nor of a field they read or passed on before. Escalated
        ones are for leads only.
        """
        free = self.open().filter(claim=None, known=None).exclude(sender=user)
        if not user.has_perm("review.decide_escalated"):
            free = free.filter(escalated=False)
        passed_on = Decision.objects.filter(
            task=OuterRef("pk"), reviewer=user, verdict__in=PASSING_ON, undone=False
        )
        of_field = Task.objects.filter(field=OuterRef("field")).exclude(pk=OuterRef("pk"))
        read = of_field.filter(reader=user)
        passed = of_field.filter(
            decisions__reviewer=user, decisions__verdict__in=PASSING_ON, decisions__undone=False
        )
        return free.exclude(Exists(passed_on)).exclude(Exists(read)).exclude(Exists(passed))

    def workable_by(self, user: User) -> list[TaskQuerySet]:
        """Free tasks of the person's workspaces, as far as their scopes reach: lane by lane.

        Each lane is ordered by what is due first, as one index has it; lanes may overlap.
        """
        if user.organisation_id is None or not user.has_perm("review.decide_task"):
            return []
        free = self.free_for(user).filter(organisation_id=user.organisation_id)
        return [free.filter(**lane).order_by("due_at", "id") for lane in lanes_of(user)]

    def held_by(self, user: User, now: datetime) -> TaskQuerySet:
        """Tasks under the person's claim; a claim or a role that ended holds nothing."""
        if not user.has_perm("review.decide_task"):
            return self.none()
        held = self.filter(claim__reviewer=user, claim__ended_at=None, claim__until__gt=now)
        return held.exclude(sender=user).select_related(
            "claim", "field", "document__reading", "crop", "known"
        )


class Task(OwnedRow):
    """One question put before a person, and where it stands: a doubtful field, or a class.

    A field that two people must agree on has a task for each of them, and a third where they
    differ: its turns. A task about a known answer has no document, and no job waits for it.
    """

    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="tasks")
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    field = models.ForeignKey(Field, models.PROTECT, null=True, related_name="tasks")
    known = models.ForeignKey(KnownAnswer, models.PROTECT, null=True, related_name="tasks")
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )  # of the document, who reads none of it
    doctype = models.CharField(max_length=40, blank=True, db_default="")
    name = models.CharField(max_length=40, blank=True, db_default="")  # of the field
    kind = models.CharField(max_length=20, blank=True, db_default="")  # of the field
    language = models.CharField(max_length=3, blank=True, db_default="")  # of the document
    reason = models.CharField(max_length=20)  # a `Reason`
    turn = models.PositiveSmallIntegerField(default=1, db_default=1)  # a `Turn`
    blind = models.BooleanField(default=False, db_default=False)  # no value is suggested
    due_at = models.DateTimeField(default=timezone.now, db_default=Now())  # as promised
    state = models.CharField(
        max_length=12, default=State.OPEN, choices=[(state, state) for state in State]
    )
    escalated = models.BooleanField(default=False)  # to a lead
    skips = models.PositiveSmallIntegerField(default=0)
    crop = models.ForeignKey(Artifact, models.PROTECT, null=True, related_name="+")
    geometry = models.JSONField(default=dict)  # of the crop; see `services.asking`
    claim = models.ForeignKey(Claim, models.SET_NULL, null=True, related_name="tasks")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )  # who holds it or decided it
    decision = models.ForeignKey("Decision", models.PROTECT, null=True, related_name="+")
    moved_at = models.DateTimeField(auto_now_add=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("decide_task", "Can decide review tasks"),
            ("decide_escalated", "Can decide what reviewers could not"),
            ("see_wider", "Can see some room around a slit, with a reason"),
            ("see_line", "Can see the line around a word, with a reason"),
            ("see_page", "Can see the page around a word, with a reason and a lead's leave"),
            ("lead_queues", "Can see how the queues stand, and grant more of a page"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=(State.OPEN, State.WITHDRAWN)) | Q(decision__isnull=False),
                name="decided_by_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(State.OPEN, State.WITHDRAWN)) | Q(reader__isnull=False),
                name="decided_by_a_reader",
            ),
            models.CheckConstraint(
                condition=Q(known=None, field=None, reason=Reason.UNSURE_CLASS)
                | Q(known=None, field__isnull=False) & ~Q(reason=Reason.UNSURE_CLASS)
                | Q(known__isnull=False, field=None) & ~Q(reason=Reason.UNSURE_CLASS),
                name="about_a_field_or_a_class",
            ),
            models.CheckConstraint(
                condition=Q(known=None, document__isnull=False, job__isnull=False)
                | Q(known__isnull=False, document=None, job=None, sender=None),
                name="of_a_document_unless_known",
            ),
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(field=None, known=None),
                name="one_class_task_a_document",
            ),
            models.UniqueConstraint(fields=["field", "turn"], name="one_task_a_turn"),
            models.UniqueConstraint(fields=["field", "reader"], name="nobody_reads_a_field_twice"),
            models.UniqueConstraint(fields=["known", "reader"], name="known_once_to_each"),
            models.CheckConstraint(
                condition=Q(reader=None) | Q(sender=None) | ~Q(reader=F("sender")),
                name="nobody_reads_what_they_sent",
            ),
            models.CheckConstraint(
                condition=Q(turn__gte=Turn.FIRST, turn__lte=Turn.THIRD),
                name="three_turns_at_most",
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "due_at", "id"], name="tasks_to_claim", condition=TO_CLAIM
            ),
            models.Index(
                fields=["workspace", "doctype", "due_at", "id"],
                name="tasks_to_claim_of_a_class",
                condition=TO_CLAIM,
            ),
            models.Index(
                fields=["workspace", "name", "due_at", "id"],
                name="tasks_to_claim_of_a_field",
                condition=TO_CLAIM,
            ),
            models.Index(
                fields=["workspace", "kind", "created_at"],
                name="tasks_waiting",
                condition=Q(state=State.OPEN, known=None),
                include=["due_at", "organisation_id"],
            ),
            models.Index(
                fields=["workspace", "created_at", "id"],
                name="tasks_escalated",
                condition=Q(state=State.OPEN, known=None, escalated=True),
            ),
            models.Index(
                fields=["moved_at"], name="tasks_to_seal", condition=Q(state=State.DECIDED)
            ),
        ]

    def __str__(self) -> str:
        return f"task {self.pk}: {self.state}"

    @property
    def asks_class(self) -> bool:
        return self.field_id is None and self.known_id is None

    @property
    def paper(self) -> Document:
        """The document it is about; only a known answer is about none."""
        assert self.document is not None
        return self.document

    @property
    def sealed_under(self) -> UUID:
        """Whose key seals the values of its decisions: the document's, or the drawn paper's."""
        if self.document_id is not None:
            return self.document_id
        assert self.known is not None  # a constraint says so
        return self.known.paper

    @property
    def topic(self) -> dict[str, Any]:
        """What it asks, as the trail says it."""
        if self.asks_class:
            return {"asks": "class"}
        said = {"field": self.name or (self.field.name if self.field else "")}
        return said if self.turn == Turn.FIRST else {**said, "turn": self.turn}

    @property
    def page(self) -> int:
        """The page its slit is from, from 1; 0 if it is from none."""
        return (self.field.page if self.field else self.geometry.get("page")) or 0

    def move(self, to: State, *, under: Claim | None = None, **changes: object) -> bool:
        """Change state if nobody did so since we read the task; True if we were the ones.

        `under` is the claim that must still hold it: what ran out may be another's by now.
        """
        if to not in MOVES[State(self.state)]:
            raise ValueError(f"{self.state} cannot become {to}.")
        unchanged = Task.objects.filter(pk=self.pk, state=self.state)
        if under is not None:
            unchanged = unchanged.filter(claim=under)
        if not unchanged.update(state=to, **changes):
            return False
        for name, value in {"state": to, **changes}.items():
            setattr(self, name, value)
        return True


class Decision(OwnedRow):
    """What a person said of a task.

    Rows are added and never changed, but for `undone`, and for values that are erased; the
    database refuses the rest. Only whoever holds or decided a task adds one.
    """

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
    met = models.BooleanField(null=True)  # the known answer; null: there is none, or nothing said
    told = models.BooleanField(default=False, db_default=False)  # that it was missed
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    because = models.CharField(max_length=20, blank=True, db_default="")  # a `CorrectionReason`

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(corrects=None, because="") | Q(corrects__isnull=False) & ~Q(because=""),
                name="corrections_have_a_reason",
            )
        ]
        indexes = [
            models.Index(fields=["claim", "-id"], name="decisions_of_claim"),
            models.Index(
                fields=["reviewer", "-id"],
                name="decisions_on_known_answers",
                condition=Q(met__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} on {self.task_id}"
