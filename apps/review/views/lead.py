"""The lead's page, and what a lead does from it."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import User
from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.review import services as review
from apps.review.forms import GiveForm, PeopleForm, SettleForm
from apps.review.models.looks import Grant
from apps.review.rules import Turn
from apps.review.views.doors import for_leads, task_of


@exposes(Exposure.NOTHING)
@require_GET
@for_leads
def lead(request: PersonRequest) -> HttpResponse:
    """How the queues stand and who works on them."""
    board = review.board(request.user, now=timezone.now())
    return render(request, "review/lead.html", {"board": board})


@exposes(Exposure.NOTHING)
@require_GET
@for_leads
def tiles(request: PersonRequest) -> HttpResponse:
    """The numbers alone, as the open page asks for them."""
    shown = review.tiles(request.user, now=timezone.now())
    return render(request, "review/_tiles.html", {"tiles": shown})


@exposes(Exposure.NOTHING)
@require_POST
@for_leads
def answer(request: PersonRequest, grant: UUID) -> HttpResponse:
    """Give what somebody asked for, or decline."""
    form = GiveForm(request.POST)
    give = form.is_valid() and form.cleaned_data["give"]
    asked = get_object_or_404(Grant.objects.select_related("task__field", "reviewer"), pk=grant)
    review.answer(asked, give=give, user=request.user, now=timezone.now())
    messages.success(request, "Given. It is shown once." if give else "Declined.")
    return redirect("review:lead")


@exposes(Exposure.NOTHING)
@require_POST
@for_leads
def take(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Put what came up into one's own hands; a difference has a page of its own."""
    task = task_of(pk)
    review.take(task, user=request.user, now=timezone.now())
    return redirect("review:differ", pk) if task.turn == Turn.THIRD else redirect("review:station")


@exposes(Exposure.READINGS)
@require_GET
@for_leads
def differ(request: PersonRequest, pk: UUID) -> HttpResponse:
    """What two readers said, under its slit; for an open page without the page around it."""
    shown = review.difference(task_of(pk), user=request.user, now=timezone.now())
    template = "review/_differ.html" if request.htmx else "review/differ.html"
    return render(request, template, {"difference": shown, "key": uuid4()})


@exposes(Exposure.NOTHING)
@require_POST
@for_leads
def settle(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Say which of them is right."""
    form = SettleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Not saved: choose an answer, or type one.")
        return redirect("review:differ", pk)
    review.settle(task_of(pk), **form.cleaned_data, user=request.user, now=timezone.now())
    messages.success(request, "Decided. It can be taken back at the station for a minute.")
    return redirect("review:lead")


@exposes(Exposure.NOTHING)
@require_POST
@for_leads
def divide(request: PersonRequest) -> HttpResponse:
    """Save who may take what."""
    form = PeopleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Not saved: load the page again.")
        return redirect("review:lead")
    review.divide(form.wanted, user=request.user)
    messages.success(request, "Saved. It holds for what is taken from now on.")
    return redirect("review:lead")


@exposes(Exposure.NOTHING)
@require_POST
@for_leads
def resume(request: PersonRequest, person: UUID) -> HttpResponse:
    """Let somebody go on whose reviewing rests."""
    assert request.user.organisation_id is not None  # nobody else leads
    own = User.objects.filter(organisation_id=request.user.organisation_id)
    reviewer = get_object_or_404(own, pk=person)
    review.resume(reviewer, user=request.user, now=timezone.now())
    messages.success(request, f"{reviewer.name} may go on. What was missed before counts no more.")
    return redirect("review:lead")
