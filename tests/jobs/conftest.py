from collections.abc import Callable, Iterator
from types import ModuleType
from uuid import UUID

import pytest
from celery import current_app

from apps.base.ids import uuid7
from apps.base.types import Actor
from apps.jobs import services as jobs
from apps.jobs.flow import Lane
from apps.jobs.models import Job
from tests.jobs import flows

CLERK = Actor("user:clerk")


@pytest.fixture(autouse=True)
def flow(settings) -> ModuleType:
    settings.JOB_FLOWS = flows.WHERE
    flows.acts.clear()
    flows.ran.clear()
    return flows


@pytest.fixture
def bell() -> Iterator[Callable[[], list[tuple[str, dict[str, str]]]]]:
    """Lane and content of what was rung since the last question, from the broker itself."""
    _rung()
    yield _rung
    _rung()


@pytest.fixture
def enqueue() -> Callable[[UUID], Job]:
    def enqueue(organisation: UUID) -> Job:
        return jobs.enqueue(flows.NAME, subject_id=uuid7(), organisation=organisation, actor=CLERK)

    return enqueue


@pytest.fixture
def job(house, enqueue) -> Job:
    return enqueue(house.halden.pk)


@pytest.fixture
def real_job(real_house, enqueue) -> Job:
    """A job that was committed."""
    return enqueue(real_house.halden.pk)


def _rung() -> list[tuple[str, dict[str, str]]]:
    found = []
    with current_app.connection_for_read() as broker:
        for lane in Lane:
            queue = current_app.amqp.queues[lane](broker.default_channel)
            queue.declare()
            while message := queue.get(no_ack=True):
                found.append((lane, message.payload[1]))
    return found
