"""Grants, roles, memberships and claims: what they open, and that it is closed when they end."""

from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import Membership, User
from apps.accounts.roles import Role
from apps.intake import services as intake
from apps.intake.models import VIEW, Document, DocumentGrant
from apps.review.models import Claim, Task
from tests.conftest import SYSTEM
from tests.permissions.table import OF_SOMETHING, REFUSED, Row
from tests.permissions.world import World

DAY = timedelta(days=1)
PAGES = [row for row in OF_SOMETHING if not row.address.startswith("/api/")]
OFFICERS = "/review/seen/"  # any document of the organisation, and nothing of what it says
TELLS = "/shown/"  # how long one looked; who was sent nothing finds nothing, claim or not
LEADS = ("/take/", "/differ/", "/settle/")  # closed to reviewers whatever they hold
DOCUMENTS = [
    row for row in PAGES if "<reference>" in row.address and not row.address.startswith(OFFICERS)
]
TASKS = [
    row for row in PAGES if "<pk>" in row.address and not row.address.endswith((TELLS, *LEADS))
]
ERASES = ("/delete/", "/withdraw/")  # not for those who may only see
OF_ITS_ROOM = {  # for people of the workspace
    ("/jobs/<reference>/transcript.txt", "GET"),
    ("/jobs/<reference>/consent/", "POST"),
}
OWN = "/correct/"  # what one decided stays one's own, held or not

Cell = Callable[[Row], str]


def assert_answers(world: World, person: str, rows: Iterable[Row], expected: Cell) -> None:
    """That somebody is answered so, and that a refusal changes nothing."""
    wrong = []
    for row in rows:
        answer = world.ask(person, row.method, row.address)
        if answer.said != expected(row):
            wrong.append(f"{row} as {person}: expected {expected(row)}, got {answer.said}")
        wrong += [f"{row} as {person} changed {one}" for one in answer.changed]
    assert not wrong, "\n".join(wrong)


def column(person: str) -> Cell:
    return lambda row: row.cells[person]


def closed(said: str) -> Cell:
    """What whoever could pass is answered now; an address keeps its methods."""
    return lambda row: "405" if set(row.cells.values()) == {"in", "405"} else said


def granted(row: Row) -> str:
    """A sender who was granted a document sees it as Clara does: no erasing, no whole text."""
    closed_to_them = row.address.endswith(ERASES) or (row.address, row.method) in OF_ITS_ROOM
    return "403" if closed_to_them else row.cells["clara"]


def give(world: World, to: User, until: timedelta = DAY) -> list[DocumentGrant]:
    """Clara lets somebody see some of her documents."""
    how = {"reason": "handover", "until": until, "user": world.house.clara}
    some = (world.delivered, world.erased, world.withdrawn, world.parked)
    return [intake.grant(one, to=to, **how) for one in some]


# Grants


def test_a_grant_opens_one_document_to_be_seen(world):
    give(world, world.house.cleo)
    assert_answers(world, "cleo", DOCUMENTS, granted)
    assert world.ask("cleo", "GET", "/jobs/<reference>/", document=world.asked).said == "404"


def test_a_grant_that_was_ended_has_opened_nothing(world):
    for given in give(world, world.house.cleo):
        intake.end_grant(given, user=world.house.clara)
    assert_answers(world, "cleo", DOCUMENTS, column("cleo"))


def test_a_grant_ends_by_itself(world):
    give(world, world.house.cleo)
    DocumentGrant.grants.update(until=timezone.now())
    assert_answers(world, "cleo", DOCUMENTS, column("cleo"))


@pytest.mark.parametrize("name", ["rita", "remy", "lena", "rosa", "carl", "otto"])
def test_a_grant_does_not_replace_a_role(world, name):
    give(world, getattr(world.house, name))
    assert_answers(world, name, DOCUMENTS, column(name))


def test_a_grant_that_was_forged_opens_nothing_to_another_organisation(world):
    view = Permission.objects.get(codename=VIEW, content_type__app_label="intake")
    for document in Document.objects.all():
        DocumentGrant.grants.create(
            content_object=document,
            user=world.house.mallory,
            permission=view,
            reason="forged",
            given_by=world.house.clara,
            until=timezone.now() + DAY,
        )
    assert_answers(world, "mallory", DOCUMENTS, column("mallory"))


# Everything else that opens a door


@pytest.mark.parametrize("name", ["cleo", "mallory"])
def test_whoever_has_every_role_elsewhere_finds_nothing_here(world, name):
    accounts.set_roles(world.people[name], roles=Role, actor=SYSTEM)
    assert_answers(world, name, DOCUMENTS + TASKS, closed("404"))


def test_whoever_lost_a_role_is_nobody_here(world):
    for name in ("clara", "rita"):
        accounts.set_roles(world.people[name], roles=[], actor=SYSTEM)
    assert_answers(world, "clara", DOCUMENTS, closed("403"))
    assert_answers(world, "rita", TASKS, closed("403"))


def test_whoever_left_a_workspace_finds_nothing_there(world):
    Membership.objects.filter(user=world.house.clara).delete()
    assert_answers(
        world, "clara", DOCUMENTS, lambda row: "404" if row.cells["cleo"] == "404" else "405"
    )


def test_whoever_left_the_organisation_is_asked_to_sign_in(world):
    for name in ("clara", "rita"):
        User.objects.filter(pk=world.people[name].pk).update(is_active=False)
        assert_answers(world, name, PAGES, lambda row: "in")


def test_a_claim_that_ran_out_closes_every_slit(world):
    Claim.objects.update(until=timezone.now())
    assert_answers(world, "rita", TASKS, closed("409"))


def test_what_was_given_back_is_nobodys(world):
    Claim.objects.update(ended_at=timezone.now())
    Task.objects.update(claim=None)
    held = [row for row in TASKS if not row.address.endswith(OWN)]
    assert_answers(world, "rita", held, closed("404"))


def test_the_helpers_tell_refusals_from_success():
    assert {granted(row) for row in DOCUMENTS if row.address.endswith(ERASES)} == {"403"}
    assert {closed("404")(row) for row in OF_SOMETHING} == {"404", "405"} <= REFUSED
