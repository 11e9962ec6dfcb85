from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts import services as accounts
from apps.accounts.forms import KeyForm
from apps.accounts.models import ApiKey, User
from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.base.errors import NotPossible

MOST = 200  # people, or keys, on one page


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("accounts.view_people", raise_exception=True)
def people(request: PersonRequest) -> HttpResponse:
    """Who is in the organisation, with roles and workspaces."""
    everyone = User.objects.filter(organisation=request.user.organisation)
    shown = everyone.prefetch_related("groups", "workspaces").order_by("name", "pk")[:MOST]
    return render(request, "accounts/people.html", {"people": shown})


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@permission_required("accounts.manage_keys", raise_exception=True)
def keys(request: PersonRequest) -> HttpResponse:
    """The organisation's keys; a new one is shown in the answer to its form, and never again."""
    form = KeyForm(request.POST or None, user=request.user)
    issued, status = None, 200
    if request.method == "POST":
        issued, status = _issue(form, request.user)
    context = {
        "form": KeyForm(user=request.user) if issued else form,
        "issued": issued,
        "keys": accounts.keys_of(request.user, count=MOST),
    }
    return render(request, "accounts/keys.html", context, status=status)


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("accounts.manage_keys", raise_exception=True)
def revoke_key(request: PersonRequest, key: UUID) -> HttpResponse:
    found = get_object_or_404(ApiKey, pk=key)  # what is another organisation's is not there
    accounts.revoke(found, user=request.user)
    messages.success(request, "The key is revoked. It opens nothing from now on.")
    return redirect("accounts:keys")


def _issue(form: KeyForm, user: User) -> tuple[accounts.Issued | None, int]:
    """The new key, or none and what the form says of it."""
    if not form.is_valid():
        return None, 400
    try:
        return accounts.issue(**form.wanted(), user=user), 200
    except NotPossible as error:
        form.add_error(None, str(error))
        return None, error.status
