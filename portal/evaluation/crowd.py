"""Made-up work for `bench queue`: an organisation, its reviewers, and as many tasks as are asked.

Rows are made by the server itself. What reviewers will meet first has keys, values and slits as
real tasks have them; what lies behind is only in the way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Membership, Organisation, User, Workspace
from apps.accounts.roles import Role
from apps.base.types import Actor
from apps.extraction import doctypes
from apps.extraction.models import Content, Field
from apps.review.ladder import Step
from apps.review.models import Look, Task
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact

SYSTEM = Actor("system:bench")
ROOMS = 4  # workspaces; each reviewer is in two of them
FIELDS = [
    rule.name
    for rule in doctypes.get("invoice").fields
    if rule.readers == 1 and rule.type != "amount"
][:8]  # tasks of a document; one reader is enough for each
VALUE = "KX-94310-RQ"
AT_ONCE = 250  # tasks finished in one transaction
SLIT = b"\x89PNG" + b"\0" * 6000  # bytes; about as large as a real one

ROWS = """
CREATE UNLOGGED TABLE bench AS
    SELECT n, uuidv7() AS document, uuidv7() AS original, uuidv7() AS submission, uuidv7() AS job,
        (%(rooms)s::uuid[])[1 + n %% cardinality(%(rooms)s::uuid[])] AS room,
        %(since)s::timestamptz + n * interval '1 second' AS born
    FROM generate_series(%(first)s::int, %(last)s::int) AS n;
INSERT INTO vault_artifact (id, created_at, organisation_id, document, kind, size, digest, due_at,
        policy, shredded_at, gone_at)
    SELECT original, born, %(org)s, document, 'original', 1, '', born + interval '7 days', '', born,
        born FROM bench;
INSERT INTO intake_submission (id, created_at, organisation_id, workspace_id, sender_id, token,
        purpose, basis, manual_review, model_improvement, doctype, fields, pages)
    SELECT submission, born, %(org)s, room, %(sender)s, gen_random_uuid(), 'pay-invoices',
        'contract', true, false, 'invoice', '[]', '' FROM bench;
INSERT INTO intake_document (id, created_at, organisation_id, reference, submission_id,
        workspace_id, sender_id, original_id, received_digest, media_type, size, pages, signed)
    SELECT document, born, %(org)s, 'B' || lpad(n::text, 6, '0'), submission, room, %(sender)s,
        original, '', 'image/png', 1, 1, false FROM bench;
INSERT INTO jobs_job (id, created_at, organisation_id, flow, subject_id, actor, state, step, lane,
        attempts, wakes, problem, explanation, due_at, moved_at)
    SELECT job, born, %(org)s, 'process', document, 'system:bench', 'parked', 3, 'quick', 1, 0, '',
        '', born, born FROM bench;
INSERT INTO extraction_reading (id, created_at, organisation_id, document_id, engine, doctype,
        doctype_confidence, habits, words, milliseconds)
    SELECT uuidv7(), born, %(org)s, document, 'bench/1', 'invoice', 1, '{}', 1, 1 FROM bench;
CREATE UNLOGGED TABLE bench_field AS
    SELECT uuidv7() AS id, document, job, room, born, at, name FROM bench
    CROSS JOIN unnest(%(names)s::text[]) WITH ORDINALITY AS names (name, at);
INSERT INTO extraction_field (id, created_at, organisation_id, document_id, name, position, found,
        confidence, threshold, checks, page, boxes)
    SELECT id, born, %(org)s, document, name, at, false, 0, 1, '[]', 1, '[]'
    FROM bench_field;
INSERT INTO review_task (id, created_at, organisation_id, document_id, workspace_id, field_id,
        job_id, sender_id, doctype, name, kind, language, reason, turn, blind, due_at, state,
        escalated, skips, geometry, moved_at)
    SELECT uuidv7(), born, %(org)s, document, room, id, job, %(sender)s, 'invoice', name,
        'reference', '', 'low confidence', 1, false, born + interval '4 hours', 'open', false, 0,
        '{}', born FROM bench_field;
DROP TABLE bench, bench_field;
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who reviews, and where their tasks come from."""

    organisation: UUID
    sender: UUID
    rooms: Sequence[UUID]
    reviewers: Sequence[UUID]
    since: datetime


def people(reviewers: int) -> Crowd:
    """An organisation with so many reviewers, each in two of its workspaces."""
    organisation = Organisation.objects.create(name="Bench", slug="bench", region="EU")
    rooms = [
        Workspace.objects.create(organisation=organisation, name=f"Room {number}")
        for number in range(ROOMS)
    ]
    group = Group.objects.get(name=Role.REVIEWER.value)
    made = User.objects.bulk_create(
        User(email=f"bench-{number}@example.org", name=f"R {number}", organisation=organisation)
        for number in range(reviewers + 1)
    )
    sender, *crowd = made
    group.user_set.add(*crowd)
    Membership.objects.bulk_create(
        Membership(user=user, workspace=rooms[(at + step) % ROOMS])
        for at, user in enumerate(crowd)
        for step in (0, 1)
    )
    return Crowd(
        organisation=organisation.pk,
        sender=sender.pk,
        rooms=[room.pk for room in rooms],
        reviewers=[user.pk for user in crowd],
        since=timezone.now() - timedelta(days=30),
    )


def tasks(db: psycopg.Connection, crowd: Crowd, *, first: int, last: int) -> None:
    """Make the tasks from one number to another, eight a document; the first are due first.

    `db` is a connection that may pass over walls and triggers, since only rows are made.
    """
    said = {
        "org": crowd.organisation,
        "sender": crowd.sender,
        "rooms": list(crowd.rooms),
        "since": crowd.since,
        "first": first // len(FIELDS),
        "last": last // len(FIELDS) - 1,
        "names": FIELDS,
    }
    with psycopg.ClientCursor(db) as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(ROWS.encode(), said)
        cursor.execute("SET session_replication_role = origin")
    for table in ("review_task", "extraction_field", "intake_document", "jobs_job"):
        db.execute(f"VACUUM ANALYZE {table}")


def finish(crowd: Crowd, *, most: int) -> None:
    """Give the tasks that are due first a key, a sealed value and a slit of their own."""
    due = Task.objects.select_related("field").order_by("due_at", "pk")
    first = list(due[:most])
    for start in range(0, len(first), AT_ONCE):
        with transaction.atomic():
            _finish(crowd, first[start : start + AT_ONCE])


def send(user: User, tasks: Iterable[UUID]) -> None:
    """That the slits of some tasks were sent to somebody, without the sending."""
    assert user.organisation_id is not None  # a reviewer belongs to one
    Look.objects.bulk_create(
        Look(
            organisation_id=user.organisation_id,
            document_id=document,
            task_id=task,
            reviewer=user,
            step=Step.SLIT,
            page=1,
            region=[0, 0, 100, 100],
            pixels=1,
            of_pixels=10_000,
        )
        for task, document in Task.objects.filter(pk__in=tasks).values_list("pk", "document")
    )


def _finish(crowd: Crowd, tasks: Sequence[Task]) -> None:
    for task in tasks:
        assert task.document_id is not None and task.field is not None
        cipher = vault.open_values(task.document_id, organisation=crowd.organisation, actor=SYSTEM)
        task.field.seal(Content(VALUE, VALUE), cipher)
        task.field.found, task.field.evidence = True, [0.9, 0.9, False, "none"]
        task.crop = _slit(crowd, task.document_id)
    Field.objects.bulk_update(
        [task.field for task in tasks if task.field], ["found", "sealed", "evidence"]
    )
    Task.objects.bulk_update(tasks, ["crop"])


def _slit(crowd: Crowd, document: UUID) -> Artifact:
    return vault.seal(
        SLIT,
        kind=ArtifactClass.CROP,
        organisation=crowd.organisation,
        document=document,
        actor=SYSTEM,
    )
