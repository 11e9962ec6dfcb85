"""Two who need an organisation's first key at once get the same one."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.ids import uuid7
from apps.base.scope import acting_for
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact, OrganisationKey
from tests.base.locks import PATIENCE, until_waiting
from tests.vault.conftest import CLERK


def seal(organisation, content):
    return vault.seal(
        content,
        kind=ArtifactClass.ORIGINAL,
        organisation=organisation,
        document=uuid7(),
        actor=CLERK,
    )


def elsewhere(organisation, content):
    """Seal on a connection of this thread's own."""
    try:
        with acting_for(organisation):
            return seal(organisation, content)
    finally:
        connection.close()


def read(artifact) -> bytes:
    with vault.open(artifact, actor=CLERK, purpose="test") as source:
        return source.read()


def test_the_slower_one_takes_the_key_of_the_faster(real_house):
    organisation = real_house.halden.pk
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = seal(organisation, b"first")
            second = pool.submit(elsewhere, organisation, b"second")
            until_waiting()
        assert {read(first), read(second.result())} == {b"first", b"second"}
    assert OrganisationKey.objects.count() == 1
    assert Event.objects.filter(tag=Tag.KEY_MADE).count() == 1


def test_if_the_faster_one_gives_up_the_slower_one_makes_the_key(real_house):
    organisation = real_house.halden.pk
    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(LookupError), transaction.atomic():
            seal(organisation, b"first")
            second = pool.submit(elsewhere, organisation, b"second")
            until_waiting()
            raise LookupError
        assert read(second.result()) == b"second"
    assert OrganisationKey.objects.count() == 1
    assert Artifact.objects.count() == 1


def test_many_at_once_get_one_key(real_house):
    organisation, together = real_house.halden.pk, threading.Barrier(4, timeout=PATIENCE)

    def together_then_seal(number):
        together.wait()
        return elsewhere(organisation, bytes([number]))

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(together_then_seal, range(4)))
    assert [read(artifact) for artifact in made] == [bytes([number]) for number in range(4)]
    assert OrganisationKey.objects.count() == 1
