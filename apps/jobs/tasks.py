from uuid import UUID

from celery import shared_task
from celery.app.task import Task
from django.utils import timezone

from apps.jobs import runner
from apps.jobs import sweep as sweeping
from apps.jobs.flow import Lane
from apps.jobs.services import RUN


@shared_task(name=RUN, bind=True)  # type: ignore[untyped-decorator]
def run(self: Task, *, job_id: str, **_: object) -> None:
    """Walk a job; the queue the message came through says what kind of worker this is."""
    route = (self.request.delivery_info or {}).get("routing_key")
    runner.run(UUID(job_id), lane=Lane(route) if route in set(Lane) else None)


@shared_task(name="jobs.sweep")  # type: ignore[untyped-decorator]
def sweep(**_: object) -> None:
    sweeping.sweep(now=timezone.now())
