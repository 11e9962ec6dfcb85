"""Every kind of artifact has keys, a place and an end."""

from collections import Counter

import pytest

from apps.vault.classes import KINDS, ArtifactClass, Family

STORED = {kind: about for kind, about in KINDS.items() if about.in_store}


def test_every_class_is_described():
    assert set(KINDS) == set(ArtifactClass)


def test_every_family_is_used():
    assert {about.family for about in KINDS.values()} == set(Family) - {Family.SIGNING}


def test_every_class_in_the_store_has_a_place_of_its_own():
    prefixes = [about.prefix for about in STORED.values()]
    assert len(set(prefixes)) == len(prefixes)
    assert all(prefix.isalpha() and prefix.islower() for prefix in prefixes)


def test_no_place_is_inside_another():
    prefixes = [about.prefix for about in STORED.values()]
    assert not any(a != b and a.startswith(b) for a in prefixes for b in prefixes)


def test_values_in_the_database_have_no_place_in_the_store():
    assert set(KINDS) - set(STORED) == {ArtifactClass.FIELDS}
    assert KINDS[ArtifactClass.FIELDS].prefix == ""


@pytest.mark.parametrize("kind", ArtifactClass)
def test_nothing_is_kept_for_ever(kind):
    assert 0 < KINDS[kind].longest.days <= 3660


def test_only_results_and_their_exports_share_keys():
    families = Counter(about.family for about in KINDS.values())
    assert [family for family, count in families.items() if count > 1] == [Family.RESULT]
