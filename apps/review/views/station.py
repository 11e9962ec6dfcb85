from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.middleware import wants_json
from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.review import services as review
from apps.review.digits import MOST_TILES
from apps.review.forms import (
    ChooseForm,
    ClaimForm,
    CorrectForm,
    DecideForm,
    SkipForm,
    UnreadableForm,
)
from apps.review.models import Decision, Task
from apps.review.queue import waiting_for
from apps.review.rules import CorrectionReason
from apps.review.views.desks import of_station, open_claim, seconds_left
from apps.review.views.doors import for_reviewers, malformed, task_of

PNG = "image/png"


@exposes(Exposure.NOTHING)
@require_GET
@for_reviewers
def station(request: PersonRequest) -> HttpResponse:
    """The slits under the person's claim; without a claim, what waits."""
    now = timezone.now()
    items = review.current_items(request.user, now=now)
    held = open_claim(request.user, now)
    if held is None or not items:
        return render(request, "review/start.html", {"waiting": waiting_for(request.user)})
    context = {"items": items, "first": items[0], "key": uuid4(), **of_station(held)}
    return render(request, "review/station.html", context)


@exposes(Exposure.NOTHING)
@require_POST
@for_reviewers
def claim(request: PersonRequest) -> HttpResponse:
    """Take slits, or more of them; of one field's name, if the grid asks for it."""
    form = ClaimForm(request.POST)
    if not form.is_valid():
        return malformed(request, form)
    now, said = timezone.now(), form.cleaned_data
    most = MOST_TILES if said["digits"] else review.BATCH
    held = review.claim(request.user, now=now, field=said["field"], most=most)
    if not wants_json(request):
        return redirect("review:station")
    return JsonResponse(
        {
            "items": review.current_items(request.user, now=now) if held else [],
            "seconds": seconds_left(held),
            "waiting": waiting_for(request.user).slits,
        }
    )


@exposes(Exposure.NOTHING)
@require_POST
@for_reviewers
def heartbeat(request: PersonRequest) -> HttpResponse:
    """Renew the claim; what leads answered comes with it, and what is still held.

    What is not among `held` was withdrawn.
    """
    now = timezone.now()
    held = review.heartbeat(request.user, now=now)
    tasks = Task.objects.open().held_by(request.user, now).order_by("due_at", "id")
    ids = [str(pk) for pk in tasks.values_list("pk", flat=True)] if held else []
    answers = review.answers_for(request.user, now=now) if held else []
    said = {"seconds": seconds_left(held), "held": ids, "answers": answers}
    return JsonResponse(said, status=200 if held else 409)


@exposes(Exposure.NOTHING)
@require_POST
@for_reviewers
def release(request: PersonRequest) -> HttpResponse:
    """Leave the station: what is decided becomes final, the rest goes back."""
    back = review.release(request.user, now=timezone.now())
    return JsonResponse({"back": back}) if wants_json(request) else redirect("home")


@exposes(Exposure.CROP)
@require_GET
@for_reviewers
def crop(request: PersonRequest, pk: UUID) -> HttpResponse:
    picture = review.crop(task_of(pk), user=request.user, now=timezone.now())
    return HttpResponse(picture, content_type=PNG)


@exposes(Exposure.NOTHING)
@require_POST
@for_reviewers
def decide(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _answered(request, pk, DecideForm(request.POST), review.decide)


@exposes(Exposure.NOTHING)
@require_POST
@for_reviewers
def choose(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _answered(request, pk, ChooseForm(request.POST), review.decide)


@exposes(Exposure.NOTHING)
@require_POST
@for_reviewers
def unreadable(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _answered(request, pk, UnreadableForm(request.POST), review.decide)


@exposes(Exposure.NOTHING)
@require_POST
@for_reviewers
def skip(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _answered(request, pk, SkipForm(request.POST), review.skip)


@exposes(Exposure.NOTHING)
@require_POST
@for_reviewers
def correct(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Take back one's own word on a slit after it was final, with a reason."""
    form = CorrectForm(request.POST)
    if not form.is_valid():
        return malformed(request, form)
    because = CorrectionReason(form.cleaned_data["because"])
    review.correct(
        task_of(pk), form.answer(), because=because, user=request.user, now=timezone.now()
    )
    return _next(request, {"saved": True})


@exposes(Exposure.NOTHING)
@require_POST
@for_reviewers
def undo(request: PersonRequest) -> HttpResponse:
    task = review.undo(request.user, now=timezone.now())
    return _next(request, {"id": str(task.pk)})


def _answered(
    request: PersonRequest, pk: UUID, form: Any, verb: Callable[..., Decision]
) -> HttpResponse:
    if not form.is_valid():
        return malformed(request, form)
    decision = verb(task_of(pk), form.answer(), user=request.user, now=timezone.now())
    told = review.feedback_on(decision)
    return _next(request, {"saved": True, **({"feedback": {"text": told}} if told else {})})


def _next(request: PersonRequest, said: dict[str, Any]) -> HttpResponse:
    return JsonResponse(said) if wants_json(request) else redirect("review:station")
