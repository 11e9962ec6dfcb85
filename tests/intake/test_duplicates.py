"""A duplicate is noticed among what the sender may see, and told of nothing else."""

import hashlib
import uuid

import pytest

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.scope import acting_for
from apps.intake import services as intake
from apps.intake.models import Document
from apps.intake.screening import Refusal, Refused
from apps.retention import services as retention

PAPER = b"\x89PNG\r\n\x1a\n" + b"the same in every hand" * 9
DIGEST = hashlib.sha256(PAPER).hexdigest()

pytestmark = pytest.mark.usefixtures("jail_says")


def from_another_workspace(house) -> Document:
    return house.send(PAPER, sender=house.cleo, workspace=house.people)


def from_another_organisation(house) -> Document:
    with acting_for(house.northmere.pk):
        return house.send(PAPER, sender=house.mallory, workspace=house.elsewhere)


def test_a_duplicate_is_refused_and_its_job_is_named(house, stored):
    first = house.send(PAPER)
    with pytest.raises(Refused, match=first.reference) as refused:
        house.send(PAPER)
    assert refused.value.refusal is Refusal.DUPLICATE
    assert Document.objects.count() == len(stored()) == 1


def test_a_duplicate_of_a_colleague_in_the_same_workspace_is_one_too(house):
    first = house.send(PAPER, sender=house.ida)
    with pytest.raises(Refused, match=first.reference):
        house.send(PAPER)


@pytest.mark.parametrize("elsewhere", [from_another_workspace, from_another_organisation])
def test_a_duplicate_of_what_others_sent_is_accepted_and_tells_nothing(house, elsewhere):
    theirs = elsewhere(house)
    mine = house.send(PAPER)
    assert mine.pk != theirs.pk
    assert not Event.objects.filter(tag=Tag.FILE_REFUSED).exists()
    assert intake.known([DIGEST], user=house.clara) == {DIGEST: mine.reference}


@pytest.mark.parametrize("elsewhere", [from_another_workspace, from_another_organisation])
def test_asking_for_a_fingerprint_tells_nothing_of_others(house, elsewhere):
    elsewhere(house)
    assert intake.known([DIGEST], user=house.clara) == {}
    assert intake.known([DIGEST], user=house.rita) == {}


def test_a_sender_who_insists_may_send_it_again(house):
    first = house.send(PAPER)
    again = house.send(PAPER, again=True)
    assert again.pk != first.pk


def test_what_was_erased_is_not_remembered(house, at_once):
    first = house.send(PAPER)
    retention.delete(first, user=house.clara)
    assert intake.known([DIGEST], user=house.clara) == {}
    assert house.send(PAPER).pk != first.pk


def test_a_granted_document_is_visible_and_so_its_duplicate_is_known(house):
    theirs = from_another_workspace(house)
    intake.grant(
        theirs, to=house.clara, reason="handover", until=intake.LONGEST_GRANT, user=house.cleo
    )
    with pytest.raises(Refused, match=theirs.reference):
        house.send(PAPER)


def test_known_takes_nonsense_and_many(house):
    mine = house.send(PAPER)
    asked = [DIGEST, DIGEST.upper(), "", "x" * 64, *(uuid.uuid4().hex * 2 for _ in range(50))]
    assert intake.known(asked, user=house.clara) == {DIGEST: mine.reference}
