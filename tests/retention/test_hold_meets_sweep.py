"""A hold and an erasure at the same moment, with real commits: one waits, and nothing is half."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from apps.base.errors import Held
from apps.retention import services as retention
from apps.retention.models import Scope
from apps.vault.models import Artifact, ArtifactKey
from tests.base.locks import PATIENCE, until_waiting
from tests.delivery.papers import clear

LATER = timedelta(days=400)


@pytest.fixture
def document(real_desk):
    return clear(real_desk)


def sweep() -> int:
    return retention.erase_due(now=timezone.now() + LATER)


def place(house, document) -> retention.Placed:
    wanted = retention.Wanted(
        scope=Scope.DOCUMENT,
        matter="Supplier dispute",
        reason="It is before a court.",
        mandate="General counsel",
        references=[document.reference],
    )
    return retention.place(wanted, user=house.carl)


def test_a_hold_placed_during_a_sweep_waits_and_reports_what_is_gone(
    real_desk, document, elsewhere
):
    with transaction.atomic():
        assert sweep() == 4
        placing = elsewhere(lambda: place(real_desk.house, document))
        until_waiting()
    placed = placing.result(PATIENCE)
    assert (placed.artifacts, placed.gone) == (0, 1)
    assert not ArtifactKey.objects.exists()


def test_a_sweep_during_a_hold_passes_over_what_is_being_held(real_desk, document, elsewhere):
    with transaction.atomic():
        assert place(real_desk.house, document).artifacts == 4
        assert elsewhere(sweep).result(PATIENCE) == 0
    assert sweep() == 0
    assert Artifact.objects.alive().count() == ArtifactKey.objects.count() == 4


def test_a_deletion_that_waited_for_a_hold_is_refused(real_desk, document, elsewhere):
    """The deletion has looked for holds before this one was committed."""
    with transaction.atomic():
        place(real_desk.house, document)
        deleting = elsewhere(lambda: retention.delete(document, user=real_desk.house.clara))
        until_waiting()
    with pytest.raises(Held):
        deleting.result(PATIENCE)
    assert Artifact.objects.alive().count() == ArtifactKey.objects.count() == 4
