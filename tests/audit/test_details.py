"""Words of people stand beside the trail, are bound to it, and can be erased from it."""

import pytest
from django.db import ProgrammingError, connection, transaction

from apps.audit import canonical, details
from apps.audit import services as audit
from apps.audit.models import Detail
from apps.audit.tags import Tag
from apps.base.scope import acting_for
from apps.base.types import Actor

WORDS = {"question": "Warum wurde Claras Beleg geöffnet?"}


def asked(organisation, words=WORDS):
    return audit.record(
        Tag.TRAIL_READ, actor=Actor("system:test"), subject="x", organisation=organisation,
        detail=words,
    )  # fmt: skip


def bound(event):
    return canonical.decode(bytes(event.body))["detail"]


def test_the_event_holds_a_digest_and_not_the_words(house):
    event = asked(house.halden.pk)
    detail = details.of(event)
    assert detail.words == WORDS
    assert bound(event) == details.commitment(bytes(detail.salt), WORDS)
    assert b"Claras" not in bytes(event.body)


def test_the_same_words_are_bound_otherwise_each_time(house):
    one, other = asked(house.halden.pk), asked(house.halden.pk)
    assert bound(one) != bound(other)
    assert len(bytes(details.of(one).salt)) == details.SALT


def test_words_are_erased_and_the_event_stays(house):
    event = asked(house.halden.pk)
    before = bytes(event.body)
    assert details.erase(event) == 1
    assert details.erase(event) == 0
    assert details.of(event) is None
    event.refresh_from_db()
    assert bytes(event.body) == before


def test_words_are_not_changed(house):
    asked(house.halden.pk)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("UPDATE audit_detail SET words = '{}'")


def test_words_are_behind_the_wall(house):
    asked(house.halden.pk)
    with acting_for(house.northmere.pk):
        assert not Detail.objects.exists()


def test_before_an_organisation_is_known_there_are_no_words(house):
    with pytest.raises(ValueError, match="kept for an organisation"):
        asked(None)
