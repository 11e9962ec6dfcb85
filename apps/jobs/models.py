from __future__ import annotations

from django.db import models
from django.utils import timezone

from apps.base.models import OwnedRow
from apps.jobs.flow import MOVES, Lane, State


class Job(OwnedRow):
    """Work that survives a crash: a flow, a subject, the step it has reached, and a lease.

    The row is the truth; the queue is only a bell. Jobs know ids, not documents, and are the
    one table a worker reads before it knows for whom it works.
    """

    flow = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    actor = models.CharField(max_length=64)
    state = models.CharField(
        max_length=12, default=State.QUEUED, choices=[(state, state) for state in State]
    )
    step = models.PositiveSmallIntegerField(default=0)
    lane = models.CharField(max_length=12, default=Lane.QUICK)
    attempts = models.PositiveSmallIntegerField(default=0)  # at the present step
    wakes = models.PositiveIntegerField(default=0)  # how often anyone called `wake`
    token = models.UUIDField(null=True)  # fences off a worker whose lease ran out
    lease_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=40, blank=True)  # a code, never content
    explanation = models.CharField(max_length=300, blank=True)  # a sentence for the sender
    due_at = models.DateTimeField(default=timezone.now)  # not before
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["flow", "subject_id"], name="one_job_a_subject"),
            models.CheckConstraint(
                condition=~models.Q(state=State.RUNNING) | models.Q(token__isnull=False),
                name="running_under_a_lease",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="jobs_to_ring",
                condition=models.Q(state=State.QUEUED),
            ),
            models.Index(
                fields=["lease_until"],
                name="jobs_by_lease",
                condition=models.Q(state=State.RUNNING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flow} {self.subject_id}: {self.state}"

    def move(self, to: State, **changes: object) -> bool:
        """Change state if nobody did so since we read the job; True if we were the ones.

        Of two workers only one finds a row in the state they both read. A running job is left
        only by whoever holds its lease. Parking also asks that nobody called `wake` meanwhile,
        so that no wake is slept through.
        """
        if to not in MOVES[State(self.state)]:
            raise ValueError(f"{self.state} cannot become {to}.")
        unchanged = Job.objects.filter(pk=self.pk, state=self.state)
        if self.state == State.RUNNING:
            unchanged = unchanged.filter(token=self.token)
        if to is State.PARKED:
            unchanged = unchanged.filter(wakes=self.wakes)
        found = unchanged.update(state=to, moved_at=timezone.now(), **changes)
        if found:
            self.refresh_from_db()
        return bool(found)


class StepRun(OwnedRow):
    """When a step of a job began and ended: the timeline a person follows."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="timeline")
    name = models.CharField(max_length=40)
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    proof = models.JSONField(default=dict)  # event ids, digests, versions; never content

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="one_run_a_step")]

    def __str__(self) -> str:
        return f"{self.name} of {self.job_id}"


class Pulse(models.Model):
    """When a worker or a clock was last heard of; about processes, so of no organisation."""

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()
    said = models.JSONField(default=dict, db_default={})  # what it says of itself; no content

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
