"""Whether the walls of this installation stand, for those who answer for it."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from portal.vitals import vitals

WORRIES = ("warn", "bad")
FOR = ("accounts.view_people", "audit.read_trail")  # either opens the page


@exposes(Exposure.NOTHING)
@require_GET
def status(request: PersonRequest) -> HttpResponse:
    """To everybody else the page does not exist."""
    organisation = request.user.organisation_id
    if organisation is None or not any(map(request.user.has_perm, FOR)):
        raise Http404
    rows = vitals(organisation=organisation, now=timezone.now())
    worried = [row for row in rows if row.tone in WORRIES]
    return render(request, "portal/status.html", {"vitals": rows, "worried": worried})
