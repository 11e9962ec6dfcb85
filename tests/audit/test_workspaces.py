"""What happens to a document is found under its workspace, whoever recorded it."""

import pytest
from django.db import transaction

from apps.audit import services as audit
from apps.audit import workspaces
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.ids import uuid7
from apps.base.scope import acting_for
from apps.base.types import Actor

ACTOR = Actor("system:test")


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    """A process that has just started."""
    monkeypatch.setattr(workspaces, "_known", {})


def happen(house, **about):
    with transaction.atomic():
        return audit.record(
            Tag.ARTIFACT_OPENED, actor=ACTOR, subject="x", organisation=house.halden.pk, **about
        )


def test_every_event_of_a_document_is_in_its_workspace(real_house):
    document = real_house.send()
    events = Event.objects.filter(document=document.pk)
    assert {event.tag for event in events} >= {Tag.ARTIFACT_SEALED, Tag.JOB_QUEUED}
    assert {event.workspace for event in events} == {document.workspace_id}


def test_a_process_that_starts_finds_it_on_the_trail_once(real_house, django_assert_num_queries):
    document = real_house.send()
    workspaces._known.clear()
    assert happen(real_house, document=document.pk).workspace == document.workspace_id
    with django_assert_num_queries(0):
        assert workspaces.of(document.pk) == document.workspace_id


def test_of_a_document_that_nobody_placed_nothing_is_claimed(real_house):
    assert happen(real_house, document=uuid7()).workspace is None
    assert happen(real_house).workspace is None


def test_another_organisation_learns_nothing(real_house):
    document = real_house.send()
    workspaces._known.clear()
    with acting_for(real_house.northmere.pk):
        assert workspaces.of(document.pk) is None


def test_memory_does_not_grow_with_the_trail(monkeypatch):
    monkeypatch.setattr(workspaces, "MOST", 3)
    for _ in range(10):
        workspaces.lies_in(uuid7(), workspace=uuid7())
    assert len(workspaces._known) <= 3
