from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.models import User
from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes

MOST = 200  # people on one page


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("accounts.view_people", raise_exception=True)
def people(request: PersonRequest) -> HttpResponse:
    """Who is in the organisation, with roles and workspaces."""
    everyone = User.objects.filter(organisation=request.user.organisation)
    shown = everyone.prefetch_related("groups", "workspaces").order_by("name", "pk")[:MOST]
    return render(request, "accounts/people.html", {"people": shown})
