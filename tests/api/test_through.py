"""Services keep to a key by themselves, whoever forgets to ask above them."""

import pytest

from apps.accounts import services as accounts
from apps.accounts.models import User
from apps.accounts.scopes import LETS_THROUGH, Scope
from apps.base.errors import NotAllowed, NotFound
from apps.delivery import services as delivery
from apps.intake import permissions
from apps.intake.models import Document
from tests.api.calls import issue


@pytest.fixture
def ida(house):
    """Ida, acting through a key."""

    def through(*scopes: Scope, **about) -> User:
        ida = User.objects.get(pk=house.ida.pk)
        ida.through = issue(house, scopes=list(scopes), **about).key
        return ida

    return through


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_narrows_what_the_role_allows(house, ida, scope):
    whole = house.ida.get_all_permissions()
    narrow = {name for name in whole if ida(scope).has_perm(name)}
    assert narrow == LETS_THROUGH[scope] < whole


def test_a_scope_gives_nothing_that_the_role_does_not(house, ida):
    holder = ida(*Scope)
    house.ida.groups.clear()
    assert not any(holder.has_perm(name) for scope in Scope for name in LETS_THROUGH[scope])


def test_without_the_scope_nothing_is_sent(house, ida):
    with pytest.raises(NotAllowed):
        permissions.check_can_send(ida(Scope.STATE, Scope.RESULT), house.payable)


def test_without_the_scope_nothing_is_seen_and_nothing_handed_out(house, desk, ida):
    document = desk.delivered(sender=house.ida)
    assert not Document.objects.visible_to(ida(Scope.SUBMIT)).exists()
    with pytest.raises(NotFound):
        delivery.download(document, user=ida(Scope.SUBMIT))
    with pytest.raises(NotAllowed):
        delivery.download(document, user=ida(Scope.STATE))
    assert delivery.download(document, user=ida(Scope.RESULT))["masked"] is True


def test_another_workspace_of_the_account_is_not_there(house, ida):
    accounts.join(house.ida, workspace=house.people)
    holder = ida(*Scope)
    permissions.check_can_send(holder, house.payable)
    with pytest.raises(NotFound):
        permissions.check_can_send(holder, house.people)
    permissions.check_can_send(house.ida, house.people)  # herself may


def test_the_actor_is_the_key(house, ida):
    holder = ida(Scope.STATE)
    assert holder.actor == f"key:{holder.through.pk}"
    assert house.ida.actor == f"user:{house.ida.pk}"
