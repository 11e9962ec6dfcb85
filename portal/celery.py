"""Time: the Celery app and everything that runs on a clock."""

import logging
import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init
from django.conf import settings

from portal import logs, profiles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "put back what was lost": {"task": "jobs.sweep", "schedule": 10.0},
    "make decisions final": {"task": "review.sweep", "schedule": 15.0},
    "erase what is due": {"task": "retention.sweep", "schedule": 60.0},
    "remove what crashes left": {"task": "vault.orphans", "schedule": 3600.0},
}


@setup_logging.connect  # type: ignore[untyped-decorator]
def log_as_everyone(**_: Any) -> None:
    """Celery's own formatters write messages and arguments; ours do not.

    What a library prints is a message too.
    """
    dictConfig(settings.LOGGING)
    logs.watch_ends()
    app.log.redirect_stdouts(loglevel=logging.WARNING)


@worker_init.connect  # type: ignore[untyped-decorator]
def jail_or_end(**_: Any) -> None:
    """Workers open documents; the clock does not."""
    if not settings.EMBEDDED:
        profiles.refuse_without_a_wall()
