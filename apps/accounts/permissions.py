"""Who may issue and revoke API keys, and who may hold one."""

from apps.accounts.models import ApiKey, User, Workspace
from apps.accounts.roles import Role
from apps.base.errors import NotAllowed, NotFound, NotPossible


def check_can_manage_keys(user: User) -> None:
    if not user.has_perm("accounts.manage_keys"):
        raise NotAllowed("You may not manage keys. Ask your organisation admin.")


def check_can_revoke(user: User, key: ApiKey) -> None:
    check_can_manage_keys(user)
    if key.organisation_id != user.organisation_id:
        raise NotFound


def check_can_hold(holder: User, workspace: Workspace, *, admin: User) -> None:
    """Only a service account holds keys: a person's role would give a key what people may."""
    own = {holder.organisation_id, workspace.organisation_id} == {admin.organisation_id}
    if not own or admin.organisation_id is None:
        raise NotFound
    if not holder.is_active or not holder.groups.filter(name=Role.INTEGRATOR.value).exists():
        raise NotPossible("Only a service account in use can hold a key.")
    if not workspace.memberships.filter(user=holder).exists():
        raise NotPossible("The service account is no member of this workspace.")
