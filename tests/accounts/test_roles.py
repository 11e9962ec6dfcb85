"""The table of roles, and the groups it is written to."""

import pytest
from django.contrib.auth.models import Group, Permission

from apps.accounts import services as accounts
from apps.accounts.roles import ROLES, Role

ADMINISTERS = {Role.ORGANISATION_ADMIN, Role.COMPLIANCE_OFFICER, Role.RECORDS_MANAGER}
CONTENT = {
    "intake.add_document",
    "intake.view_document",
    "delivery.reveal_field",
    "delivery.download_result",
    "delivery.download_transcript",
    "preservation.download_original",
    "retention.delete_document",
    "retention.withdraw_consent",
    "review.decide_task",
    "review.see_wider",
    "review.see_line",
    "review.see_page",
    "review.decide_escalated",
    "review.lead_queues",
    "review.direct_review",
}
OVERSIGHT = {
    "audit.read_trail",
    "assurance.export_trail",
    "accounts.view_people",
    "accounts.manage_keys",
    "retention.view_clocks",
    "retention.govern",
    "retention.serve_subjects",
    "extraction.set_standard",
    "preservation.oversee_records",
    "preservation.export_evidence",
    "preservation.see_fixity",
    "preservation.repair_copies",
    "preservation.set_trust",
    "preservation.validate_record",
}
# What was received, who signed it and what that is worth: no content, and seen from both sides.
RECORDS = {
    "preservation.view_record",
    "preservation.view_evidence",
    "preservation.approve_record",
}
# Counts and curves: neither content nor power.
FIGURES = {"extraction.view_figures", "retention.view_disposals"}
NAMED = {name for names in ROLES.values() for name in names}


def named(permissions) -> set[str]:
    return {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in permissions.select_related("content_type")
    }


def test_every_role_has_its_row():
    assert set(ROLES) == set(Role)
    assert all(ROLES.values())


def test_every_permission_either_gives_content_or_oversees():
    assert NAMED == CONTENT | OVERSIGHT | FIGURES | RECORDS


@pytest.mark.parametrize("role", Role)
def test_administering_gives_no_content(role):
    if role in ADMINISTERS:
        assert ROLES[role] <= OVERSIGHT | FIGURES | RECORDS
    else:
        assert not ROLES[role] & OVERSIGHT


@pytest.mark.django_db
def test_the_table_names_permissions_that_exist():
    assert named(Permission.objects.all()) >= NAMED


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
def test_a_group_holds_exactly_what_the_table_says(role):
    assert named(Group.objects.get(name=role.value).permissions) == ROLES[role]


@pytest.mark.django_db
def test_what_somebody_added_to_a_group_is_taken_away():
    group = Group.objects.get(name=Role.ORGANISATION_ADMIN.value)
    group.permissions.add(Permission.objects.get(codename="reveal_field"))
    accounts.sync_roles()
    assert named(group.permissions) == ROLES[Role.ORGANISATION_ADMIN]


@pytest.mark.django_db
def test_writing_the_table_twice_is_writing_it_once():
    accounts.sync_roles()
    accounts.sync_roles()
    assert Group.objects.count() == len(Role)


def test_a_person_may_do_what_the_role_says_and_nothing_else(house):
    cast = {
        Role.SENDER: house.clara,
        Role.REVIEWER: house.rita,
        Role.REVIEW_LEAD: house.lena,
        Role.RECORDS_MANAGER: house.rosa,
        Role.COMPLIANCE_OFFICER: house.carl,
        Role.ORGANISATION_ADMIN: house.otto,
        Role.INTEGRATOR: house.ida,
    }
    assert {role: person.get_all_permissions() for role, person in cast.items()} == ROLES
