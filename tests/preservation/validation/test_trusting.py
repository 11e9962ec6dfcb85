"""Whom an organisation trusts is said by versions; lists about revocation are brought by hand."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotFound, NotPossible, Unreadable
from apps.preservation.models import Purpose, RevocationWord, TrustVersion
from apps.preservation.services import trusting
from tests.preservation import pki
from tests.preservation.signed import SYSTEM


def trust(house, content, purpose=Purpose.SIGNATURES):
    return trusting.trust(content, purpose=purpose, organisation=house.halden.pk, actor=SYSTEM)


def test_each_change_is_a_version_with_a_digest(house):
    place = pki.house()
    first = trust(house, place.root.der)
    second = trust(house, place.issuing.der)
    third = trusting.distrust(
        place.root.asn1.sha256.hex(), organisation=house.halden.pk, actor=SYSTEM
    )
    assert [first.number, second.number, third.number] == [1, 2, 3]
    assert len({first.digest, second.digest, third.digest}) == 3
    assert [root.sha256 for root, _ in trusting.roots(third)] == [place.issuing.asn1.sha256.hex()]
    assert Event.objects.filter(tag=Tag.TRUST_SET).count() == 3


def test_the_same_roots_have_the_same_digest(house):
    place = pki.house()
    first = trust(house, place.root.der)
    trust(house, place.issuing.der)
    back = trusting.distrust(
        place.issuing.asn1.sha256.hex(), organisation=house.halden.pk, actor=SYSTEM
    )
    assert back.digest == first.digest


def test_one_organisation_trusts_for_itself(house):
    trust(house, pki.house().root.der)
    assert trusting.known(house.northmere.pk).roots == []
    assert trusting.known(house.halden.pk).roots == [pki.house().root.der]


def test_a_root_of_time_stamps_vouches_for_nothing_else(house):
    trust(house, pki.house().stamper.der, Purpose.TIMESTAMPS)
    known = trusting.known(house.halden.pk)
    assert (known.roots, known.authorities) == ([], [pki.house().stamper.der])


@pytest.mark.parametrize("content", [b"", b"junk", b"-----BEGIN CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_refused(house, content):
    with pytest.raises(Unreadable):
        trust(house, content)
    assert not TrustVersion.objects.exists()


def test_a_certificate_of_a_person_is_no_root(house):
    with pytest.raises(Unreadable):
        trust(house, pki.house().alice.der)


def test_what_is_trusted_is_not_trusted_twice_and_what_is_not_cannot_be_removed(house):
    trust(house, pki.house().root.der)
    with pytest.raises(NotPossible):
        trust(house, pki.house().root.der)
    with pytest.raises(NotFound):
        trusting.distrust("ab" * 32, organisation=house.halden.pk, actor=SYSTEM)


def test_versions_are_written_once(house):
    trust(house, pki.house().root.der)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE preservation_trustversion SET digest = ''")


def test_a_list_is_kept_once_and_the_newest_of_an_issuer_is_used(house):
    place = pki.house()
    older, newer = pki.revocations(place.issuing, since=-5), place.crls[0]
    for one in (older, newer, newer):
        trusting.learn(one, actor=SYSTEM)
    assert RevocationWord.objects.count() == 2
    assert trusting.known(house.halden.pk).crls == [newer]


def test_what_is_no_list_is_refused(house):
    with pytest.raises(Unreadable):
        trusting.learn(pki.house().root.der, actor=SYSTEM)


def test_an_operator_says_who_is_trusted(house, tmp_path, capsys):
    place = pki.house()
    root, lists = tmp_path / "root.der", tmp_path / "list.crl"
    root.write_bytes(place.root.der)
    lists.write_bytes(place.crls[0])
    call_command("trust", "add", str(root), organisation="halden")
    call_command("trust", "crl", str(lists))
    digest = place.root.asn1.sha256.hex()
    assert digest in capsys.readouterr().out
    call_command("trust", "remove", digest, organisation="halden")
    call_command("trust", "list", organisation="halden")
    assert capsys.readouterr().out.count("version 2\n") == 2
    assert RevocationWord.objects.count() == 1


@pytest.mark.parametrize(
    "given", [{"organisation": "nowhere"}, {"organisation": ""}, {"organisation": "halden"}]
)
def test_an_operator_is_told_what_is_wrong(house, given, tmp_path):
    with pytest.raises(CommandError):
        call_command("trust", "add", str(tmp_path / "none"), **given)
