from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.audit import services as audit
from apps.audit.exposure import Exposure, exposes
from apps.audit.forms import TrailForm
from apps.audit.models import Event

PAGE = 50  # events


@exposes(Exposure.TRAIL)
@require_GET
@permission_required("audit.read_trail", raise_exception=True)
def trail(request: Any) -> HttpResponse:
    """The organisation's events, newest first; looking at them is one."""
    form = TrailForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    events, more = audit.page(
        organisation=request.user.organisation_id,
        reader=request.user.actor,
        tag=wanted.get("tag", ""),
        document=wanted.get("document", ""),
        before=wanted.get("before"),
        count=PAGE,
    )
    context = {"form": form, "events": events, "older": _older(request, events[-1]) if more else ""}
    return render(request, "audit/trail.html", context)


def _older(request: HttpRequest, last: Event) -> str:
    """The query of the page after this event."""
    query = request.GET.copy()
    query["before"] = str(last.pk)
    return query.urlencode()
