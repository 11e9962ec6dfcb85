"""What a policy wants looked at goes only once people have agreed, and nobody sees what it is."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotPossible
from apps.intake.models import Document
from apps.retention import packs
from apps.retention import services as retention
from apps.retention.models import Disposal, Held, PolicyException
from apps.retention.policy import Policy
from apps.vault.models import Artifact
from tests.api.calls import ledger, program
from tests.delivery.papers import HIDDEN, clear
from tests.looking import said

__all__ = ["ledger", "program"]

PASSWORD = "a long enough sentence"
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def looked(policy: Policy, kind: str = "original", signatures: int = 1) -> Policy:
    """The same policy, with people who look before the general rule of a kind erases."""
    rules = []
    for rule in policy.rules:
        if rule.artifact == kind and not rule.doctype and not rule.tier:
            more = {"action": "review", "signatures": str(signatures)}
            rule = packs.rule_of(packs.as_data(rule) | more)
        rules.append(rule)
    return Policy(policy.id, policy.version, rules)


def waiting(desk, signatures: int = 1, **terms) -> tuple[Document, Disposal]:
    """A document whose original has run out, under a policy that wants it looked at."""
    document = clear(desk, **terms)
    policy = looked(retention.current_policy(document.organisation_id), signatures=signatures)
    retention.wind(document, policy=policy)
    long_ago = timezone.now() - SECOND
    Artifact.objects.filter(document=document.pk, kind="original").update(due_at=long_ago)
    Disposal.objects.filter(document=document).update(due_at=long_ago)
    return document, Disposal.objects.get(document=document)


def alive(document: Document) -> set[str]:
    return set(Artifact.objects.of_document(document.pk).alive().values_list("kind", flat=True))


def agree(row: Disposal, user) -> tuple[int, int]:
    return retention.agree([row.pk], user=user, now=timezone.now())


def test_nothing_goes_before_somebody_has_looked(desk):
    document, row = waiting(desk)
    assert retention.erase_due(now=timezone.now()) == 0
    assert agree(row, desk.house.rosa) == (1, 0)
    assert retention.erase_due(now=timezone.now()) == 1
    assert "original" not in alive(document)
    [event] = Event.objects.filter(tag=Tag.DISPOSAL_APPROVED)
    assert (event.actor, event.document) == (desk.house.rosa.actor, document.pk)


def test_where_two_must_agree_one_is_not_enough_and_is_not_two(desk):
    _, row = waiting(desk, signatures=2)
    assert agree(row, desk.house.rosa) == (0, 1)
    assert retention.erase_due(now=timezone.now()) == 0
    with pytest.raises(NotPossible, match="Somebody else"):
        agree(row, desk.house.rosa)
    assert agree(row, desk.house.carl) == (1, 0)
    assert retention.erase_due(now=timezone.now()) == 1
    assert Event.objects.filter(tag=Tag.DISPOSAL_PROPOSED).count() == 1


def test_the_database_keeps_it_to_two_people_too(desk):
    _, row = waiting(desk, signatures=2)
    agree(row, desk.house.rosa)
    rows = Disposal.objects.filter(pk=row.pk)
    with pytest.raises(IntegrityError, match="a_disposal_is_signed_by_two"), transaction.atomic():
        rows.update(agreed_by=desk.house.rosa)
    with pytest.raises(IntegrityError, match="a_disposal_has_its_sig"), transaction.atomic():
        rows.update(approved_at=timezone.now())


def test_kept_longer_it_leaves_the_queue_until_its_day_and_is_looked_at_anew(desk):
    document, row = waiting(desk, signatures=2)
    agree(row, desk.house.rosa)
    until = (timezone.now() + 20 * DAY).date()
    policy = looked(retention.current_policy(document.organisation_id), signatures=2)
    [made] = retention.extend([row.pk], until=until, reason="Audit.", user=desk.house.rosa)
    retention.wind(document, policy=policy)
    row = Disposal.objects.get(document=document)
    assert (row.due_at, row.proposed_by) == (made.until, None)
    assert not Disposal.objects.due(timezone.now()).exists()
    assert Disposal.objects.due(made.until).get() == row


def test_what_was_agreed_to_is_looked_at_anew_if_its_clock_moves_on(desk):
    document, row = waiting(desk)
    agree(row, desk.house.rosa)
    policy = looked(retention.current_policy(document.organisation_id))
    retention.wind(document, policy=policy)
    assert Disposal.objects.get(document=document).approved_at is None


def test_no_extension_is_endless(desk):
    _, row = waiting(desk)
    until = (timezone.now() + 400 * DAY).date()
    with pytest.raises(NotPossible, match="within a year"):
        retention.extend([row.pk], until=until, reason="x", user=desk.house.rosa)


def test_a_policy_that_wants_no_look_any_more_lets_it_go_by_itself(desk):
    document, _ = waiting(desk)
    retention.wind(document)
    assert not Disposal.objects.exists()


@pytest.mark.parametrize("name", ["clara", "rita", "lena", "otto", "ida", "mallory"])
def test_nobody_else_agrees_or_keeps_longer(desk, name):
    _, row = waiting(desk)
    user = getattr(desk.house, name)
    with pytest.raises(NotAllowed):
        agree(row, user)
    with pytest.raises(NotAllowed):
        until = (timezone.now() + DAY).date()
        retention.extend([row.pk], until=until, reason="x", user=user)
    assert not Disposal.objects.visible_to(user).exists()


def test_a_withdrawn_consent_waits_for_no_look(desk):
    document, _ = waiting(desk)
    retention.withdraw(document, user=desk.house.clara)
    assert alive(document) == set()


# The page


@pytest.fixture
def rosa(desk, as_):
    return as_(desk.house.rosa)


def test_the_queue_shows_counts_and_facts_and_no_content(desk, rosa):
    document, _ = waiting(desk)
    page = said(rosa.get("/retention/disposals/"))
    for words in (document.reference, "Original", "Pay supplier invoices", "Nobody"):
        assert words in page
    for value in HIDDEN:
        assert value not in page


def test_a_signature_takes_the_password(desk, rosa):
    _, row = waiting(desk)
    form = {"chosen": str(row.pk), "password": "wrong"}
    response = rosa.post("/retention/disposals/agree/", form)
    assert (response.status_code, Disposal.objects.waiting().count()) == (422, 1)
    response = rosa.post("/retention/disposals/agree/", form | {"password": PASSWORD})
    assert (response.status_code, Disposal.objects.waiting().count()) == (302, 0)


def test_what_was_chosen_is_kept_longer_or_held(desk, rosa):
    document, row = waiting(desk)
    response = rosa.post("/retention/disposals/extend/", {"chosen": str(row.pk)})
    assert response.status_code == 422
    response = rosa.post("/retention/disposals/hold/", {"chosen": [str(row.pk), "no id"]})
    page = said(rosa.get(response["Location"]))
    assert document.reference in page
    until = (timezone.now() + DAY).date().isoformat()
    form = {"chosen": str(row.pk), "until": until, "reason": "Audit."}
    assert rosa.post("/retention/disposals/extend/", form).status_code == 302
    assert PolicyException.objects.get().document == document


def test_what_is_held_cannot_be_chosen(desk, rosa):
    document, _ = waiting(desk)
    wanted = retention.Wanted("document", "M", "R", "C", references=[document.reference])
    retention.place(wanted, user=desk.house.carl)
    assert Held.objects.count() == 1
    assert " disabled" in rosa.get("/retention/disposals/").content.decode()


@pytest.mark.parametrize("after", ["x", "2026-01-01T00:00:00_x", "_", f"2026-01-01_{UUID(int=7)}"])
def test_what_is_no_place_is_the_first_page(desk, rosa, after):
    document, _ = waiting(desk)
    page = rosa.get("/retention/disposals/", {"after": after})
    assert document.reference in page.content.decode()


def test_pages_follow_one_another(desk, ledger):
    ida = desk.house.ida
    (first, _), _, (second, _) = (waiting(desk, sender=one) for one in (ida, None, ida))
    page = ledger.get("disposals/?count=1").json()
    [one] = page["disposals"]
    assert (one["reference"], one["kind"], one["count"], one["signed"]) == (
        first.reference, "original", 1, 0,
    )  # fmt: skip
    page = ledger.get(page["next"].partition("/api/v1/")[2]).json()
    assert page["disposals"][0]["reference"] == second.reference
    page = ledger.get(page["next"].partition("/api/v1/")[2]).json()
    assert page == {"disposals": [], "next": None}


def test_a_page_of_the_queue_costs_the_same_however_long_it_is(
    desk, rosa, django_assert_max_num_queries
):
    for _ in range(3):
        waiting(desk)
    with django_assert_max_num_queries(16):
        rosa.get("/retention/disposals/")
