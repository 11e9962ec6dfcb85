"""Who sees which documents: by workspace, or by a grant for a time. Pair and queryset agree."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.base.scope import acting_for
from apps.intake import permissions
from apps.intake import services as intake
from apps.intake.models import VIEW, Document, DocumentGrant

CAST = (
    "clara", "cleo", "rita", "remy", "lena", "rosa", "carl", "otto", "ida", "mallory",
)  # fmt: skip
#                          sent by clara        sent by cleo         sent by mallory
SEES = {
    "clara":              (True,                False,               False),
    "cleo":               (False,               True,                False),
    "ida":                (True,                False,               False),
    "mallory":            (False,               False,               True),
}  # fmt: skip
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("jail_says")


@pytest.fixture
def documents(house) -> list[Document]:
    """One of each workspace."""
    own = house.send(b"\x89PNG\r\n\x1a\n of payable")
    people_s = house.send(b"\x89PNG\r\n\x1a\n of people", sender=house.cleo, workspace=house.people)
    with acting_for(house.northmere.pk):
        other = house.send(
            b"\x89PNG\r\n\x1a\n elsewhere", sender=house.mallory, workspace=house.elsewhere
        )
    return [own, people_s, other]


def sees(user: User, document: Document) -> bool:
    """What the pair says, and that the queryset says the same, within the person's scope."""
    with acting_for(user.organisation_id):
        listed = Document.objects.visible_to(user).filter(pk=document.pk).exists()
        assert permissions.can_see(user, document) is listed
        try:
            permissions.check_can_see(user, document)
        except NotFound:
            assert not listed
        else:
            assert listed
    return listed


@pytest.mark.parametrize("name", CAST)
def test_everybody_sees_what_their_role_and_workspace_open(house, documents, name):
    person = getattr(house, name)
    expected = SEES.get(name, (False, False, False))
    assert tuple(sees(person, document) for document in documents) == expected


def test_a_platform_operator_sees_nothing(house, documents):
    operator = User.objects.create_user("op@portal.example", name="Op")
    operator.is_superuser = True  # has every permission, and belongs to nobody
    assert not any(sees(operator, document) for document in documents)


def test_a_person_who_left_sees_nothing(house, documents):
    house.clara.is_active = False
    house.clara.save()
    assert not sees(User.objects.get(pk=house.clara.pk), documents[0])


def test_a_workspace_without_the_role_opens_nothing(house, documents):
    accounts.join(house.otto, workspace=house.payable)
    assert not sees(house.otto, documents[0])


def test_a_membership_that_ended_opens_nothing(house, documents):
    house.clara.memberships.all().delete()
    assert not sees(house.clara, documents[0])


def test_documents_come_newest_first_and_in_pages(house, documents):
    more = [house.send(b"\x89PNG\r\n\x1a\n" + bytes([number])) for number in range(9)]
    visible = Document.objects.visible_to(house.clara)
    first = list(visible.before(None)[:4])
    assert first == more[:4:-1][:4]
    assert list(visible.before(first[-1].pk)[:4]) == more[4:0:-1]


# Grants


@pytest.fixture
def give(house, documents) -> Callable[..., DocumentGrant]:
    """Clara lets somebody see her document."""

    def give(to: User, until: timedelta = DAY) -> DocumentGrant:
        return intake.grant(documents[0], to=to, reason="handover", until=until, user=house.clara)

    return give


def test_a_grant_opens_one_document_to_one_person(house, documents, give):
    give(house.cleo)
    other = house.send(b"\x89PNG\r\n\x1a\n another")
    assert sees(house.cleo, documents[0])
    assert not sees(house.cleo, other)


def test_a_grant_does_not_replace_the_role(house, documents, give):
    give(house.rita)
    assert not sees(house.rita, documents[0])


def test_a_grant_ends_by_itself(house, documents, give):
    given = give(house.cleo)
    DocumentGrant.grants.filter(pk=given.pk).update(until=timezone.now())
    assert not sees(house.cleo, documents[0])


def test_a_grant_that_was_ended_opens_nothing(house, documents, give):
    given = give(house.cleo)
    intake.end_grant(given, user=house.clara)
    assert not sees(house.cleo, documents[0])


def test_a_permission_of_another_kind_is_no_grant(house, documents, give):
    given = give(house.cleo)
    other = Permission.objects.get(codename="add_document", content_type__app_label="intake")
    DocumentGrant.grants.filter(pk=given.pk).update(permission=other)
    assert not sees(house.cleo, documents[0])


def test_nobody_of_another_organisation_is_granted_anything(house, documents, give):
    with pytest.raises(NotFound):
        give(house.mallory)
    DocumentGrant.grants.create(  # and if somebody wrote it to the database
        content_object=documents[0],
        user=house.mallory,
        permission=Permission.objects.get(codename=VIEW, content_type__app_label="intake"),
        reason="forged",
        given_by=house.clara,
        until=timezone.now() + DAY,
    )
    assert not sees(house.mallory, documents[0])
    assert not Document.objects.visible_to(house.mallory).exists()  # even within Halden's scope


def test_a_look_is_not_theirs_to_pass_on(house, documents, give):
    given = give(house.cleo)
    with pytest.raises(NotAllowed):
        intake.grant(documents[0], to=house.remy, reason="handover", until=DAY, user=house.cleo)
    with pytest.raises(NotAllowed):
        intake.end_grant(given, user=house.cleo)


def test_nobody_grants_what_they_do_not_see(house, documents):
    for person in (house.cleo, house.rita, house.otto, house.mallory):
        with pytest.raises(NotFound):
            intake.grant(documents[0], to=house.remy, reason="handover", until=DAY, user=person)


@pytest.mark.parametrize(
    ("until", "allowed"),
    [
        (timedelta(seconds=1), True),
        (timedelta(days=30), True),
        (timedelta(days=30, seconds=1), False),
        (timedelta(), False),
        (-DAY, False),
    ],
)
def test_a_grant_lasts_at_most_thirty_days(house, documents, give, until, allowed):
    if allowed:
        given = give(house.cleo, until)
        assert given.until - given.given_at <= timedelta(days=30, seconds=1)
        return
    with pytest.raises(NotPossible):
        give(house.cleo, until)
    assert not sees(house.cleo, documents[0])


def test_a_second_grant_replaces_the_first(house, documents, give):
    give(house.cleo, timedelta(days=2))
    give(house.cleo, DAY)
    [still_open] = DocumentGrant.grants.open().filter(user=house.cleo)
    assert still_open.until < timezone.now() + timedelta(days=2)


def test_the_database_keeps_one_open_grant(house, documents, give):
    given = give(house.cleo)
    given.pk = None
    with pytest.raises(IntegrityError, match="one_open_grant"), transaction.atomic():
        given.save(force_insert=True)


def test_giving_and_ending_are_recorded_once_each(house, documents, give):
    given = give(house.cleo)
    intake.end_grant(given, user=house.clara)
    intake.end_grant(given, user=house.clara)
    told = Event.objects.filter(tag__in=(Tag.GRANT_GIVEN, Tag.GRANT_ENDED)).order_by("id")
    assert [(event.tag, event.actor, event.subject) for event in told] == [
        (Tag.GRANT_GIVEN, house.clara.actor, str(house.cleo.pk)),
        (Tag.GRANT_ENDED, house.clara.actor, str(house.cleo.pk)),
    ]
