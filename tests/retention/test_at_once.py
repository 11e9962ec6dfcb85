"""Two who erase at the same moment, with real commits."""

import threading
from concurrent.futures import Future
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.retention import services as retention
from apps.retention.models import Cause, Erasure
from apps.vault.models import Artifact, ArtifactKey
from tests.base.locks import PATIENCE
from tests.delivery.papers import clear

LATER = timedelta(days=400)


@pytest.fixture
def document(real_desk):
    return clear(real_desk)


def sweep() -> int:
    return retention.erase_due(now=timezone.now() + LATER)


def assert_erased_once(document, cause: Cause) -> None:
    told = Event.objects.filter(document=document.pk)
    assert told.filter(tag=Tag.ARTIFACT_SHREDDED).count() == 4
    assert told.filter(tag=Tag.ARTIFACT_GONE).count() == 4
    assert told.filter(tag=Tag.DOCUMENT_ERASED).count() == 1
    assert Erasure.objects.get().cause == cause
    assert not ArtifactKey.objects.exists()
    assert not Artifact.objects.filter(gone_at=None).exists()


def test_two_sweeps_at_the_same_moment_erase_once(document, elsewhere, caplog):
    together = threading.Barrier(2, timeout=PATIENCE)

    def start() -> int:
        together.wait()
        return sweep()

    both: list[Future[object]] = [elsewhere(start) for _ in range(2)]
    for one in both:
        one.result(PATIENCE)
    sweep()
    assert_erased_once(document, Cause.POLICY)
    assert caplog.records == []


def test_a_sweep_passes_over_what_another_has_claimed(document, elsewhere, caplog):
    """Both have chosen what is due before either of them commits."""
    with transaction.atomic():
        assert sweep() == 4
        assert elsewhere(sweep).result(PATIENCE) == 0
    sweep()
    assert_erased_once(document, Cause.POLICY)
    assert caplog.records == []


def test_a_sweep_that_meets_a_deletion_erases_nothing_twice(real_desk, document, elsewhere, caplog):
    with transaction.atomic():
        retention.delete(document, user=real_desk.house.clara)
        assert elsewhere(sweep).result(PATIENCE) == 0
    sweep()
    assert_erased_once(document, Cause.DELETED)
    assert caplog.records == []


def test_what_was_not_committed_was_not_erased(real_desk, document):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        retention.delete(document, user=real_desk.house.clara)
        raise ZeroDivisionError
    assert Artifact.objects.alive().count() == ArtifactKey.objects.count() == 4
    assert not Erasure.objects.exists()
