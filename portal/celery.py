"""Time: the Celery app and everything that runs on a clock."""

import os

from celery import Celery

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
