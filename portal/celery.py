"""Time: the Celery app and everything that runs on a clock."""

import logging
import os
import threading
from dataclasses import asdict
from importlib import import_module
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.app.task import Task
from celery.signals import beat_init, setup_logging, task_success, worker_init, worker_ready
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from kombu.transport import TRANSPORT_ALIASES

from portal import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

PULSE = 10.0  # seconds between two signs of life
SKEW = 60.0  # seconds by which the clocks of two hosts may differ; no round expires sooner

logger = logging.getLogger(__name__)
CLOCKS, READERS = "clock", "reading"
TRANSPORT_ALIASES["filesystem"] = "portal.embedded.bell:Transport"
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "put back what was lost": {"task": "jobs.sweep", "schedule": 10.0},
    "make decisions final": {"task": "review.sweep", "schedule": 15.0},
    "know some answers": {
        "task": "review.refill",
        "schedule": 600.0,
        "options": {"queue": "reading"},
    },
    "erase what is due": {"task": "retention.sweep", "schedule": 60.0},
    "have the trail time-stamped": {"task": "audit.anchor", "schedule": 60.0},
    "look at signatures again": {
        "task": "preservation.revalidate",
        "schedule": 600.0,
        "options": {"queue": "reading"},
    },
    "have records time-stamped": {"task": "preservation.stamp", "schedule": 60.0},
    "count what happened": {"task": "assurance.tally", "schedule": 10.0},
    "send the checkpoint of the day": {"task": "assurance.post", "schedule": 900.0},
    "hash what is kept": {"task": "preservation.check_fixity", "schedule": 300.0},
    "remove what crashes left": {"task": "vault.orphans", "schedule": 3600.0},
}
for entry in app.conf.beat_schedule.values():
    # A round that found no worker is not made up for: the next one does its work too.
    expires = max(entry["schedule"], SKEW)
    entry["options"] = {"expires": expires, **entry.get("options", {})}


@setup_logging.connect  # type: ignore[untyped-decorator]
def log_as_everyone(**_: Any) -> None:
    """Celery's own formatters write messages and arguments; ours do not.

    What a library prints is a message too.
    """
    dictConfig(settings.LOGGING)
    logs.watch_ends()
    app.log.redirect_stdouts(loglevel="WARNING")  # a name: children of a pool are told it as text


@worker_init.connect  # type: ignore[untyped-decorator]
@beat_init.connect  # type: ignore[untyped-decorator]
def end_where_nothing_may_be_opened(**_: Any) -> None:
    if not settings.EMBEDDED:
        import_module("portal.checks").refuse_to_serve()


@worker_ready.connect  # type: ignore[untyped-decorator]
def say_that_we_live(sender: Any, **_: Any) -> None:
    """A thread, because a worker that reads is busy for minutes; it ends with its process."""
    kind, _at, host = str(sender.hostname).partition("-")
    threading.Thread(target=_live, args=(kind, host), daemon=True).start()


@task_success.connect  # type: ignore[untyped-decorator]
def say_that_the_clock_struck(sender: Task, **_: Any) -> None:
    if sender.name in {entry["task"] for entry in app.conf.beat_schedule.values()}:
        _beat(CLOCKS, sender.name)


def _live(kind: str, host: str) -> None:
    pause = threading.Event()
    while True:
        _beat(kind, host, said=_health() if kind == READERS else None)
        connection.close()
        pause.wait(PULSE)


def _health() -> dict[str, Any]:
    """How the readers of this worker are, as the status page shows it."""
    return asdict(import_module("apps.extraction.reader").health())


def _beat(kind: str, name: str, said: dict[str, Any] | None = None) -> None:
    try:
        import_module("apps.jobs.pulses").beat(kind, name, now=timezone.now(), said=said)
    except DatabaseError:
        logger.warning("A sign of life could not be written.")
