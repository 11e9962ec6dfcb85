"""How stored copies of signed originals are, and the repair of a damaged one."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import services as accounts
from apps.accounts.forms import SignedForm
from apps.accounts.requests import PersonRequest, organisation_of
from apps.audit.exposure import Exposure, exposes
from apps.preservation import repairing, standing
from apps.preservation.models import Copy


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("preservation.see_fixity", raise_exception=True)
def fixity(request: PersonRequest) -> HttpResponse:
    return _page(request)


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("preservation.repair_copies", raise_exception=True)
def repair(request: PersonRequest, copy: UUID) -> HttpResponse:
    """Put the other copy's bytes in place, with one's password once more."""
    own = Copy.objects.filter(organisation_id=organisation_of(request))
    found = get_object_or_404(own.select_related("record"), pk=copy)
    form = SignedForm(request.POST, is_theirs=partial(accounts.is_theirs, request))
    if not form.is_valid():
        return _page(request, form=form, status=422)
    repairing.repair(found, user=request.user, now=timezone.now())
    messages.success(request, f"The {found.place} copy of {found.record.reference} is well again.")
    return redirect("preservation:fixity")


def _page(
    request: PersonRequest, *, form: SignedForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "standing": standing.standing(organisation_of(request), now=timezone.now()),
        "form": form or SignedForm(is_theirs=lambda password: False),
    }
    return render(request, "preservation/fixity.html", context, status=status)
