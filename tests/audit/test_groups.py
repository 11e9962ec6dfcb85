"""Every action belongs to one group that an officer can ask for."""

from collections import Counter

from apps.audit.groups import GROUPS, TITLES, Group
from apps.audit.tags import Tag


def test_every_action_is_in_one_group():
    listed = Counter(tag for tags in GROUPS.values() for tag in tags)
    assert listed == Counter(Tag)


def test_every_group_has_a_title_and_actions():
    assert set(GROUPS) == set(TITLES) == set(Group)
    assert all(GROUPS.values())
