"""Events know the request they belong to, and the place it came from only by a digest."""

import uuid

from django.conf import settings
from django.db import transaction

from apps.audit import canonical
from apps.audit import services as audit
from apps.audit.context import ADDRESS_DIGITS, digest_of_address, origin
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.types import Actor

HERE, THERE = "198.51.100.7", "2001:db8::7"


def looked_at(client, address=HERE):
    """What the trail says of one look at it."""
    assert client.get("/trail/", REMOTE_ADDR=address).status_code == 200
    event = Event.objects.filter(tag=Tag.TRAIL_READ).latest("id")
    return canonical.decode(bytes(event.body))


def test_an_event_names_its_request(house, client):
    client.force_login(house.carl)
    one, other = looked_at(client), looked_at(client)
    assert uuid.UUID(one["request"]).version == 7
    assert one["request"] != other["request"]


def test_the_same_place_has_the_same_digest_and_another_place_another(house, client):
    client.force_login(house.carl)
    here, again, there = (looked_at(client, place)["address"] for place in (HERE, HERE, THERE))
    assert here == again != there
    assert here == digest_of_address(HERE, key=settings.ADDRESS_KEY)


def test_the_address_itself_is_nowhere(house, client):
    client.force_login(house.carl)
    looked_at(client)
    assert not any(HERE in str(list(row)) for row in Event.objects.values_list())
    assert not any(HERE.encode() in bytes(event.body) for event in Event.objects.all())


def test_a_digest_is_short_and_depends_on_the_key():
    digest = digest_of_address(HERE, key="one key")
    assert len(digest) == ADDRESS_DIGITS
    assert digest != digest_of_address(HERE, key="another key")


def test_a_request_leaves_no_origin_behind(house, client):
    client.force_login(house.carl)
    looked_at(client)
    assert origin.get() is None
    with transaction.atomic():
        event = audit.record(
            Tag.JOB_QUEUED, actor=Actor("system:test"), subject="x", organisation=house.halden.pk
        )
    body = canonical.decode(bytes(event.body))
    assert (body["request"], body["address"]) == ("", "")
