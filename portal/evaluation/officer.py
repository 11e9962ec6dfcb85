"""How long an officer waits: for pages of a large trail, and for an export and its proof.

The large trail is written by the database itself and not sealed; pages of the explorer read events
and tallies, which are what they would be. Pages are asked for through the whole portal.
"""

from __future__ import annotations

import io
import random
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from html import unescape
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import Organisation, User, Workspace
from apps.accounts.roles import Role
from apps.assurance.exports import services as exporting
from apps.assurance.exports.services import Why
from apps.assurance.models import Export, Mode
from apps.audit import tallies
from apps.audit.models import Event
from apps.base.scope import acting_for
from apps.base.types import Actor
from apps.jobs import runner
from apps.vault import services as vault
from portal.evaluation import memory
from portal.evaluation.scratch import Scratch

SYSTEM = Actor("system:bench")
DAYS = 80  # over which the events are spread
ROUND = 500_000  # events written by one statement
PAGES = 300  # asked for
HERE = "127.0.0.1"
OLDER = re.compile(r'href="([^"]+)" rel="next"')

FILL = """
    INSERT INTO audit_event (id, organisation_id, at, tag, outcome, actor, subject, document,
        workspace, reason, body)
    SELECT key, %(organisation)s, born, tag, outcome, actor, '7KQ-52F', document, workspace, reason,
        convert_to(format('{"actor":"%%s","address":"a1b2c3d4e5f60718","at":"%%s","detail":null,'
            '"document":"%%s","facts":{"page":1,"reason":"%%s","share":312},"id":"%%s","number":%%s,'
            '"organisation":"%%s","outcome":"%%s","request":"%%s","subject":"7KQ-52F","tag":"%%s",'
            '"v":2,"void":[],"workspace":"%%s","writer":"5f3a9c1e"}',
            actor, born, document, reason, key, place, %(organisation)s, outcome, key, tag,
            workspace), 'UTF8')
    FROM (
        SELECT place, to_timestamp(ms / 1000) AS born,
            (lpad(to_hex(ms::bigint), 12, '0') || '7' || substr(md5(place::text), 1, 3) || '8'
                || substr(md5(place::text), 4, 15))::uuid AS key,
            (%(tags)s::text[])[1 + lot %% cardinality(%(tags)s::text[])] AS tag,
            CASE WHEN lot %% 97 = 0 THEN 'denied' WHEN lot %% 499 = 0 THEN 'failed' ELSE 'done' END
                AS outcome,
            (%(actors)s::text[])[1 + (power(lot %% 10007 / 10007.0, 3) * %(many)s)::int %% %(many)s]
                AS actor,
            md5((place / 40)::text)::uuid AS document,
            (%(rooms)s::uuid[])[1 + place / 40 %% cardinality(%(rooms)s::uuid[])] AS workspace,
            CASE WHEN lot %% 31 = 0 THEN 'audit' WHEN lot %% 37 = 0 THEN 'question' ELSE '' END
                AS reason
        FROM (SELECT place, abs(hashint8(place)) AS lot,
                %(born)s + place * %(each)s AS ms
            FROM generate_series(%(first)s + 1, %(first)s + %(count)s) AS place) AS drawn
    ) AS made
"""
COUNTED = 400_000  # events counted by one statement
OWN = """
    SELECT at, tag, outcome, actor, workspace, reason FROM audit_event
    WHERE organisation_id = %(organisation)s
        AND id >= audit_key_at(%(since)s) AND id < audit_key_at(%(until)s)
"""
TAGS = (
    *["artifact.opened", "artifact.sealed", "crop.delivered", "task.decided"] * 4,
    *["document.read", "job.queued", "job.succeeded", "fields.shown", "clock.set"] * 3,
    "field.revealed", "result.downloaded", "line.delivered", "person.signed_in", "trail.read",
)  # fmt: skip
PARTS = tuple(f"system:{part}" for part in ("vault", "jobs", "reader", "review", "retention"))


class Office:
    """An officer before a trail."""

    def __init__(self) -> None:
        self.organisation = Organisation.objects.create(name="Bench", slug="bench", region="Bench")
        self.rooms = [
            Workspace.objects.create(organisation=self.organisation, name=f"Room {number}")
            for number in range(12)
        ]
        self.officer = self._person("officer", Role.COMPLIANCE_OFFICER)
        self.people = [self._person(f"person-{number}", Role.SENDER) for number in range(60)]

    def _person(self, name: str, role: Role) -> User:
        person = accounts.add_person(
            f"{name}@bench.example",
            name=name,
            organisation=self.organisation,
            roles=[role],
            actor=SYSTEM,
        )
        return User.objects.get(pk=person.pk)


def pages(database: Scratch, *, events: int) -> dict[str, float]:
    """The page of the explorer, over any mix of filters, in a trail of so many events."""
    with database.connected("app"):
        accounts.sync_roles()
        office = Office()
    _fill(database, office, events)
    with database.connected("app"), acting_for(office.organisation.pk):
        waited = list(_asked(office))
    cut = quantiles(waited, n=20)
    return {"explorer_p50_ms": cut[9] * 1000, "explorer_p95_ms": cut[18] * 1000}


def export(database: Scratch, organisation: UUID) -> dict[str, float]:
    """An export of a whole sealed trail, and its proof by the verifier inside."""
    with database.connected("app"), acting_for(organisation), TemporaryDirectory() as folder:
        accounts.sync_roles()
        asked = _ask(organisation)
        memory.forget_peak()
        before = memory.resident_mb()
        began = time.perf_counter()
        runner.run(exporting.job_of(asked).pk)
        took, grown = time.perf_counter() - began, memory.peak_mb() - before
        bag = _unpacked(asked, Path(folder))
        seconds, megabytes = _verified(bag)
        return {
            "export_s": took,
            "export_rss_mb": grown,
            "verify_s": seconds,
            "verify_rss_mb": megabytes,
        }


def _fill(database: Scratch, office: Office, events: int) -> None:
    """Write the events, then the indexes over them, then what is counted of them."""
    born = timezone.now() - timedelta(days=DAYS)
    about: dict[str, Any] = {
        "organisation": office.organisation.pk,
        "born": born.timestamp() * 1000,
        "each": DAYS * 86_400_000 / events,
        "tags": list(TAGS),
        "actors": [*PARTS, *(person.actor for person in office.people)],
        "many": len(PARTS) + len(office.people),
        "rooms": [room.pk for room in office.rooms],
    }
    with database.owner() as db, _without_indexes(db):
        for first in range(0, events, ROUND):
            db.execute(FILL, {**about, "first": first, "count": min(ROUND, events - first)})
    with database.owner() as db:
        db.execute("ALTER TABLE audit_tally NO FORCE ROW LEVEL SECURITY")
        for since, until in _spans(born, events):
            db.execute(
                tallies.COUNT.format(source=OWN),
                {"organisation": office.organisation.pk, "since": since, "until": until},
            )
        db.execute("ALTER TABLE audit_tally FORCE ROW LEVEL SECURITY")
        db.execute("VACUUM ANALYZE audit_event, audit_tally")


def _spans(born: datetime, events: int) -> Iterator[tuple[datetime, datetime]]:
    """The time of all events, in parts."""
    parts = max(1, events // COUNTED)
    edges = [born + timedelta(days=DAYS) * part / parts for part in range(parts)]
    return pairwise([*edges, timezone.now()])


@contextmanager
def _without_indexes(db: Any) -> Iterator[None]:
    """Indexes that are made afterwards take a third of the time; the queue is not wanted."""
    made = db.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'audit_event'"
        " AND indexname LIKE 'trail_of_%'"
    ).fetchall()
    db.execute("SET maintenance_work_mem = '256MB'")
    for name, _ in made:
        db.execute(f"DROP INDEX {name}")
    db.execute("ALTER TABLE audit_event DISABLE TRIGGER queued")
    yield
    for _, definition in made:
        db.execute(definition.replace(" ON ONLY ", " ON "))
    db.execute("ALTER TABLE audit_event ENABLE ALWAYS TRIGGER queued")


def _asked(office: Office) -> Iterator[float]:
    """Seconds for each page of a lot of questions, the following page of every other one too."""
    call_command("collectstatic", "--noinput", verbosity=0)  # pages name their style sheets
    client = Client(HTTP_HOST=HERE)
    client.force_login(office.officer, backend=settings.AUTHENTICATION_BACKENDS[-1])
    client.get("/trail/")  # templates are read once
    lots = random.Random(1)  # noqa: S311 - the same questions each time
    documents = list(Event.objects.order_by("id").values_list("document", flat=True)[:4000:40])
    for number in range(PAGES):
        asks = _question(lots, office, documents)
        began = time.perf_counter()
        response = client.get(f"/trail/?{urlencode(asks)}")
        yield time.perf_counter() - began
        if response.status_code != 200:
            raise RuntimeError("A page was refused.")
        if number % 2 and (older := OLDER.search(response.text)):
            address = unescape(older[1])
            began = time.perf_counter()
            client.get(address)
            yield time.perf_counter() - began


def _question(lots: random.Random, office: Office, documents: list[Any]) -> dict[str, str]:
    """None to four filters, of all kinds."""
    day = timezone.now().date() - timedelta(days=lots.randrange(DAYS))
    every = {
        "actor": lots.choice([*PARTS, *(person.actor for person in office.people)]),
        "action": lots.choice(["group:seen", "tag:field.revealed", "tag:artifact.opened"]),
        "outcome": lots.choice(["refused", "denied", "failed", "done"]),
        "workspace": str(lots.choice(office.rooms).pk),
        "reason": lots.choice(["audit", "question"]),
        "document": str(lots.choice(documents)),
        "until": day.isoformat(),
    }
    return {name: every[name] for name in lots.sample(sorted(every), lots.randrange(5))}


def _ask(organisation: UUID) -> Export:
    owner, _ = Organisation.objects.get_or_create(
        pk=organisation, defaults={"name": "Bench", "slug": "export", "region": "Bench"}
    )
    officer = accounts.add_person(
        "export@bench.example",
        name="Officer",
        organisation=owner,
        roles=[Role.COMPLIANCE_OFFICER],
        actor=SYSTEM,
    )
    return exporting.ask(
        {},
        mode=Mode.RANGE,
        reason=Why.AUDIT,
        names=True,
        words=True,
        user=User.objects.get(pk=officer.pk),
    )


def _unpacked(asked: Export, folder: Path) -> Path:
    asked.refresh_from_db()
    if asked.artifact is None:
        raise RuntimeError("The export was not made.")
    with vault.open(asked.artifact, actor=SYSTEM, purpose="bench") as source:
        content = io.BytesIO(source.read())
    exporting.delete(asked, user=asked.asked_by)
    with zipfile.ZipFile(content) as archive:
        archive.extractall(folder)
    return folder / asked.reference


def _verified(bag: Path) -> tuple[float, float]:
    """Seconds and megabytes of a verifier that finds nothing wrong."""
    key = bag / "data" / "keys.txt"  # any that signed; it is the work that is measured
    began = time.perf_counter()
    verifier = subprocess.Popen(
        [sys.executable, "-I", "-S", bag / "verify_audit.py", bag, "--key", key],
        stdout=subprocess.DEVNULL,
    )
    with memory.highest(lambda: int(memory.peak_mb(verifier.pid))) as peak:
        verifier.wait()
    if verifier.returncode:
        raise RuntimeError("The export was not proven.")
    return time.perf_counter() - began, float(peak[0])
