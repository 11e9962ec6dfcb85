"""Other ways to work what one holds: one field of many documents, and alike digits."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.middleware import wants_json
from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.review import services as review
from apps.review.forms import ClaimForm, DigitsForm
from apps.review.views.desks import of_station, open_claim
from apps.review.views.doors import for_reviewers, malformed, task_of

PNG = "image/png"


@exposes(Exposure.NOTHING)
@require_GET
@for_reviewers
def grid(request: PersonRequest) -> HttpResponse:
    """One field of many documents, side by side."""
    now, form = timezone.now(), ClaimForm(request.GET)
    held = open_claim(request.user, now)
    if held is None:
        return redirect("review:station")
    field = form.cleaned_data["field"] if form.is_valid() else ""
    shown = review.grid(request.user, now=now, field=field)
    context = {"grid": shown, "items": shown.cells, **of_station(held, mode="grid")}
    return render(request, "review/grid.html", context)


@exposes(Exposure.NOTHING)
@require_GET
@for_reviewers
def digits(request: PersonRequest) -> HttpResponse:
    """Alike digits of many fields, side by side."""
    now = timezone.now()
    held = open_claim(request.user, now)
    if held is None:
        return redirect("review:station")
    groups = review.groups(request.user, now=now)
    items = [
        [{"id": str(one.task), "at": one.position, "sign": one.character} for one in group]
        for group in groups
    ]
    context = {"items": items, **of_station(held, mode="digits")}
    return render(request, "review/digits.html", context)


@exposes(Exposure.GLYPH)
@require_GET
@for_reviewers
def glyph(request: PersonRequest, pk: UUID, position: int) -> HttpResponse:
    picture = review.glyph(task_of(pk), position, user=request.user, now=timezone.now())
    return HttpResponse(picture, content_type=PNG)


@exposes(Exposure.NOTHING)
@require_POST
@for_reviewers
def say_digits(request: PersonRequest, pk: UUID) -> HttpResponse:
    """All digits of a field are as they were read, or one of them is odd."""
    form = DigitsForm(request.POST)
    if not form.is_valid():
        return malformed(request, form)
    said, task, user, now = form.cleaned_data, task_of(pk), request.user, timezone.now()
    told = ""
    if said["odd"]:
        review.doubt(task, user=user, now=now)
    else:
        decision = review.confirm(
            task, key=said["key"], shown_ms=said["shown_ms"], user=user, now=now
        )
        told = review.feedback_on(decision)
    if not wants_json(request):
        return redirect("review:station")
    return JsonResponse({"saved": True, **({"feedback": {"text": told}} if told else {})})
