"""What the machine says of itself: one row each, measured now, without content or secrets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import connection
from django.utils.timesince import timesince
from kombu.exceptions import OperationalError as BrokerError

from apps.audit.health import health
from apps.base.errors import PortalError
from apps.intake import jail
from apps.intake.jail import Wall
from apps.jobs import pulses
from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.vault import services as vault

SILENT = timedelta(seconds=35)  # after which a worker counts as gone
LONG = timedelta(minutes=5)  # after which a waiting job is a worry
CLOCKS = {  # seconds, at the latest
    "jobs.sweep": 60,
    "review.sweep": 90,
    "review.refill": 2400,
    "retention.sweep": 300,
    "preservation.stamp": 300,
    "preservation.check_fixity": 1200,
    "preservation.revalidate": 2400,
    "audit.anchor": 300,
    "assurance.tally": 60,
    "assurance.post": 3600,
    "vault.orphans": 5400,
}
SELDOM = 3600  # seconds; such a clock strikes first when a new portal has run for as long
STORES = {"DirectoryStore": "A folder of this machine", "S3Store": "A bucket"}
WALLS = {Wall.BUBBLEWRAP: "Bubblewrap", Wall.LIMITS: "The process's own: filters and limits"}
RIGHTS = """
    SELECT rolsuper, rolbypassrls, rolcreaterole, EXISTS (
        SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user
    ) FROM pg_roles WHERE rolname = current_user
"""
MIGHT = ("is superuser", "ignores walls", "makes roles", "owns tables")


@dataclass(frozen=True, slots=True)
class Vital:
    title: str
    said: str
    tone: str  # ok, warn or bad
    note: str = ""


def vitals(*, organisation: UUID, now: datetime) -> list[Vital]:
    return [
        *_jail(),
        _role(),
        _broker(),
        _store(),
        *_workers(now),
        _waiting(organisation, now),
        _sealing(organisation, now),
        *_clocks(now),
        _profile(),
    ]


def _jail() -> Iterator[Vital]:
    try:
        standing = jail.standing()
    except PortalError:
        yield Vital("Jail wall", "None could be built", "bad", "Documents cannot be opened.")
        return
    best = standing.wall is Wall.BUBBLEWRAP
    note = "" if best else "Install bubblewrap; production does not start without it."
    yield Vital("Jail wall", WALLS[standing.wall], "ok" if best else "warn", note)
    reached = [
        word
        for word, open_ in (
            ("the network", standing.network),
            ("files of the portal", standing.files),
            ("processes of its own", standing.children),
        )
        if open_
    ]
    said = f"Reached {', '.join(reached)}" if reached else "Reached no network, file or process"
    note = "A trial program tried when this web process first looked."
    yield Vital("Behind the wall", said, "bad" if reached else "ok", note)


def _role() -> Vital:
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS)
        might = [word for word, has in zip(MIGHT, cursor.fetchone(), strict=True) if has]
    if not might:
        return Vital("Database role", "Nobody special", "ok", "Walls and trail bind it.")
    return Vital("Database role", f"The role {', '.join(might)}", "bad", "Walls do not hold.")


def _broker() -> Vital:
    kind = settings.CELERY_BROKER_URL.partition(":")[0]
    try:
        with current_app.connection_for_read(connect_timeout=2) as queue:
            queue.ensure_connection(max_retries=1, interval_start=0)
    except (BrokerError, OSError):
        return Vital("Queue", "Does not answer", "bad", "Jobs wait; the sweep rings again.")
    return Vital("Queue", f"Answers ({kind})", "ok")


def _store() -> Vital:
    store = vault.store()
    kind = STORES.get(type(store).__name__, "A store")
    try:
        store.exists("ready")
    except (PortalError, OSError):
        return Vital("Document store", f"{kind}, which does not answer", "bad")
    return Vital("Document store", kind, "ok")


def _workers(now: datetime) -> Iterator[Vital]:
    for title, kind in (("Readers", pulses.READERS), ("Quick workers", pulses.WORKERS)):
        alive = pulses.alive(kind, since=now - SILENT)
        said = f"{len(alive)} alive" if alive else "None alive"
        yield Vital(title, said, "ok" if alive else "bad", _readers(alive))


def _readers(alive: list[pulses.Said]) -> str:
    """What runs in workers that read, how heavy the heaviest is, and how often one was replaced."""
    engines = sorted({engine for said in alive for engine in said.get("engines", ())})
    if not engines:
        return ""
    heaviest = max(said.get("megabytes", 0) for said in alive)
    replaced = sum(said.get("replaced", 0) for said in alive)
    return f"{', '.join(engines)}; up to {heaviest} MB, {replaced} replaced since they started."


def _waiting(organisation: UUID, now: datetime) -> Vital:
    queued = Job.objects.filter(organisation_id=organisation, state=State.QUEUED, due_at__lte=now)
    oldest = queued.order_by("due_at", "pk").first()
    if oldest is None:
        return Vital("Waiting jobs", "None", "ok", "Of your organisation.")
    tone = "warn" if now - oldest.due_at > LONG else "ok"
    said = f"The oldest for {timesince(oldest.due_at, now, depth=1)}"
    return Vital("Waiting jobs", said, tone, "Of your organisation.")


def _sealing(organisation: UUID, now: datetime) -> Vital:
    state = health(organisation, now=now)
    if state.gaps:
        return Vital(
            "Trail", f"{len(state.gaps)} missing", "bad", "Do not repair: see the runbook."
        )
    if state.stalled:
        waits = timesince(state.oldest_at, now) if state.oldest_at else ""
        note = "Reveals, downloads and deletions are refused."
        return Vital("Trail", f"Not sealed for {waits}", "bad", note)
    said = f"Sealed, {state.waiting} waiting" if state.checkpoint else "Nothing is sealed yet"
    note = "Time stamps were asked for in vain." if state.asked_in_vain else ""
    return Vital("Trail", said, "warn" if note or not state.checkpoint else "ok", note)


def _clocks(now: datetime) -> Iterator[Vital]:
    for name, latest in CLOCKS.items():
        title = f"Clock {name.partition('.')[0]}"
        struck = pulses.last(pulses.CLOCKS, name)
        if struck is None:
            yield Vital(title, "Has not struck yet", "idle" if latest > SELDOM else "bad")
            continue
        late = (now - struck).total_seconds() > latest
        soon = (now - struck).total_seconds() < 60
        said = "Struck within a minute" if soon else f"Struck {timesince(struck, now, depth=1)} ago"
        yield Vital(title, said, "bad" if late else "ok")


def _profile() -> Vital:
    note = "For trying out: demo people, and keys beside the data." if settings.EMBEDDED else ""
    said = f"{settings.PROFILE.capitalize()}, version {settings.VERSION}"
    return Vital("Profile", said, "warn" if settings.EMBEDDED else "ok", note)
