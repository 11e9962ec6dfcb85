"""Whose certificates an organisation trusts: without a root of its own, no signature is trusted."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import services as accounts
from apps.accounts.forms import SignedForm
from apps.accounts.requests import PersonRequest, organisation_of
from apps.audit.exposure import Exposure, exposes
from apps.base.errors import PortalError
from apps.preservation.forms import RootForm
from apps.preservation.models import TrustRoot
from apps.preservation.services import trusting

may_see = permission_required("preservation.validate_record", raise_exception=True)
may_set = permission_required("preservation.set_trust", raise_exception=True)


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "HEAD"])
@may_see
def trusted(request: PersonRequest) -> HttpResponse:
    return _page(request)


@exposes(Exposure.NOTHING)
@require_POST
@may_set
def trust(request: PersonRequest) -> HttpResponse:
    """Trust the certificate of a file, with one's password once more."""
    form = RootForm(request.POST, request.FILES, is_theirs=partial(accounts.is_theirs, request))
    if not form.is_valid():
        return _page(request, form=form, status=422)
    try:
        version = trusting.trust(
            form.content, purpose=form.purpose, organisation=organisation_of(request),
            actor=request.user.actor,
        )  # fmt: skip
    except PortalError as error:
        form.add_error("certificate", str(error))
        return _page(request, form=form, status=error.status)
    messages.success(request, f"It is trusted from now on. This is version {version.number}.")
    return redirect("preservation:trusted")


@exposes(Exposure.NOTHING)
@require_POST
@may_set
def distrust(request: PersonRequest, root: UUID) -> HttpResponse:
    own = TrustRoot.objects.filter(organisation_id=organisation_of(request))
    found = get_object_or_404(own, pk=root)
    form = SignedForm(request.POST, is_theirs=partial(accounts.is_theirs, request))
    if not form.is_valid():
        return _page(request, removing=form, status=422)
    version = trusting.distrust(
        found.sha256, organisation=found.organisation_id, actor=request.user.actor
    )
    messages.success(request, f"It is trusted no longer. This is version {version.number}.")
    return redirect("preservation:trusted")


def _page(
    request: PersonRequest,
    *,
    form: RootForm | None = None,
    removing: SignedForm | None = None,
    status: int = 200,
) -> HttpResponse:
    version = trusting.current(organisation_of(request))
    context: dict[str, Any] = {
        "version": version,
        "roots": trusting.roots(version),
        "form": form or RootForm(is_theirs=lambda password: False),
        "removing": removing,
    }
    return render(request, "preservation/trust.html", context, status=status)
