"""Every clock there is, and every class of artifact: not a second sooner, not one later."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.retention import services as retention
from apps.retention.models import Certificate
from apps.retention.policy import Policy, Rule, Start
from apps.retention.services import certificates
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact
from tests.conftest import SYSTEM
from tests.delivery.papers import clear

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
LONG = 4000 * DAY


def strict(kind: str, starts: Start) -> Policy:
    """A policy under which one class is kept a week from its start, and all else very long."""
    slow = [Rule(one, Start.RECEIVED, LONG, LONG, "Because.") for one in ArtifactClass]
    rules = [one for one in slow if one.artifact != kind]
    return Policy("strict", 1, [*rules, Rule(kind, starts, 7 * DAY, LONG, "Because.")])


def left(document, kind: str) -> bool:
    return Artifact.objects.of_document(document.pk).alive().filter(kind=kind).exists()


def assert_goes_at(document, kind: str, due: datetime) -> None:
    retention.erase_due(now=due - SECOND)
    assert left(document, kind)
    retention.erase_due(now=due)
    assert not left(document, kind)


@pytest.mark.parametrize("kind", list(ArtifactClass))
def test_every_class_of_artifact_goes_by_its_clock_and_is_certified(desk, kind):
    document = clear(desk)
    if not left(document, kind):
        vault.seal(
            b"x",
            kind=kind,
            organisation=document.organisation_id,
            document=document.pk,
            actor=SYSTEM,
        )
    retention.wind(document, policy=strict(kind, Start.RECEIVED))
    due = document.created_at + 7 * DAY
    assert_goes_at(document, kind, due)
    vault.finish_shredding(now=timezone.now() + DAY)
    gone = Artifact.objects.of_document(document.pk).exclude(gone_at=None)
    assert set(gone.values_list("kind", flat=True)) == {kind}
    later = timezone.now() + 2 * certificates.GATHERED
    assert retention.certify(document.organisation_id, now=later) == gone.count()
    assert kind in bytes(Certificate.objects.get().body).decode()


@pytest.mark.parametrize("starts", [one for one in Start if one is not Start.DECIDED])
def test_every_start_is_one_from_which_a_clock_runs(desk, starts):
    document, day = clear(desk), (timezone.now() + 30 * DAY).date()
    began = {
        Start.RECEIVED: document.created_at,
        Start.READ: document.reading.created_at,
        Start.DELIVERED: document.result.created_at,
    }.get(starts)
    if starts is Start.FAILED:
        began = timezone.now() + DAY
        Job.objects.filter(subject_id=document.pk).update(state=State.FAILED, moved_at=began)
    elif began is None:
        retention.tell([document.reference], start=starts, on=day, user=desk.house.rosa)
        began = document.moments.get().at
    retention.wind(document, policy=strict("original", starts))
    assert_goes_at(document, "original", began + 7 * DAY)


def test_a_start_that_never_came_has_its_ceiling(desk):
    document = clear(desk)
    policy = Policy(
        "strict",
        1,
        [Rule(one, Start.EVENT, DAY, 9 * DAY, "Because.") for one in ArtifactClass],
    )
    retention.wind(document, policy=policy)
    assert_goes_at(document, "fields", document.created_at + 9 * DAY)


def test_a_new_version_of_the_policy_moves_a_clock_both_ways(desk):
    document = clear(desk)
    for keep in (3 * DAY, 12 * DAY):
        rules = [Rule(one, Start.RECEIVED, keep, LONG, "Because.") for one in ArtifactClass]
        retention.rewind(document.organisation_id, policy=Policy("strict", 1, rules))
        fields = Artifact.objects.get(document=document.pk, kind="fields")
        assert fields.due_at == document.created_at + keep
    assert_goes_at(document, "fields", document.created_at + 12 * DAY)
