"""More of a page than the slit: asked for with a reason, shown for some seconds."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.middleware import wants_json
from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.review import services as review
from apps.review.forms import MoreForm, ShownForm
from apps.review.ladder import WORDS, State, Step
from apps.review.views.doors import for_reviewers, malformed, task_of

PNG = "image/png"
ASKED = "Your lead is asked. Go on meanwhile: this slit stays yours while your claim lasts."


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@for_reviewers
def more(request: PersonRequest, pk: UUID) -> HttpResponse:
    """What may be asked for, and asking for it."""
    return _ask(request, pk) if request.method == "POST" else _offer(request, pk)


def _offer(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The choices; for the station's module without the page around them."""
    task = task_of(pk)
    offers = review.offers(task, user=request.user, now=timezone.now())
    context = {"task": task, "offers": offers, "reasons": WORDS}
    part = wants_json(request)
    return render(request, "review/_more.html" if part else "review/more.html", context)


def _ask(request: PersonRequest, pk: UUID) -> HttpResponse:
    form = MoreForm(request.POST)
    if not form.is_valid():
        return malformed(request, form)
    step, now = Step(form.cleaned_data["step"]), timezone.now()
    grant = review.ask_more(
        task_of(pk), step=step, reason=form.cleaned_data["reason"], user=request.user, now=now
    )
    given, address = grant.state == State.GIVEN, reverse(f"review:{step}", args=[pk])
    if wants_json(request):
        seconds = round(grant.seconds.total_seconds())
        said = {"src": address, "seconds": seconds} if given else {"message": ASKED}
        return JsonResponse(said, status=200 if given else 202)
    if not given:
        messages.info(request, ASKED)
    return redirect(address if given else "review:station")


@exposes(Exposure.WIDER)
@require_GET
@for_reviewers
def wider(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _picture(request, pk, Step.WIDER)


@exposes(Exposure.LINE)
@require_GET
@for_reviewers
def line(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _picture(request, pk, Step.LINE)


@exposes(Exposure.PAGE)
@require_GET
@for_reviewers
def page(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _picture(request, pk, Step.PAGE)


@exposes(Exposure.NOTHING)
@require_POST
@for_reviewers
def shown(request: PersonRequest, pk: UUID) -> HttpResponse:
    """How long something was on screen; told on leaving it."""
    form = ShownForm(request.POST)
    if not form.is_valid():
        return malformed(request, form)
    said = form.cleaned_data
    review.shown(
        task_of(pk), step=Step(said["step"]), ms=said["ms"], user=request.user, now=timezone.now()
    )
    return HttpResponse(status=204)


def _picture(request: PersonRequest, pk: UUID, step: Step) -> HttpResponse:
    picture = review.more(task_of(pk), step=step, user=request.user, now=timezone.now())
    return HttpResponse(picture, content_type=PNG)
