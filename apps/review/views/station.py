from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
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
    AnswerForm,
    ChooseForm,
    ClaimForm,
    CorrectForm,
    DecideForm,
    SkipForm,
    UnreadableForm,
)
from apps.review.models import Task
from apps.review.queue import waiting_for
from apps.review.refusals import NotSettled
from apps.review.rules import CorrectionReason, Verdict
from apps.review.skips import WORDS
from apps.review.views.desks import of_station, open_claim, seconds_left
from apps.review.views.doors import for_reviewers, malformed, task_of

PNG = "image/png"


@exposes(Exposure.NOTHING)
@require_GET
@for_reviewers
def station(request: PersonRequest) -> HttpResponse:
    """The slits under the person's claim; without a claim, what waits."""
    return _station(request)


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


def _answering(form_of: type[AnswerForm]) -> Callable[..., HttpResponse]:
    """A view that takes one kind of answer to a slit."""

    @exposes(Exposure.NOTHING)
    @require_POST
    @for_reviewers
    def answered(request: PersonRequest, pk: UUID) -> HttpResponse:
        form = form_of(request.POST)
        if not form.is_valid():
            return malformed(request, form)
        answer, task = form.answer(), task_of(pk)
        verb = review.skip if answer.verdict is Verdict.SKIPPED else review.decide
        try:
            decision = verb(task, answer, user=request.user, now=timezone.now())
        except NotSettled as missing:
            return _once_more(request, pk, answer.value, missing)
        told = review.feedback_on(decision)
        return _next(request, {"saved": True, **({"feedback": {"text": told}} if told else {})})

    return answered


decide = _answering(DecideForm)
choose = _answering(ChooseForm)
unreadable = _answering(UnreadableForm)
skip = _answering(SkipForm)


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


def _once_more(request: PersonRequest, pk: UUID, typed: str, missing: NotSettled) -> HttpResponse:
    """The same slit as it was answered, and what is missing; a browser's module asks by itself."""
    if wants_json(request):
        raise missing
    messages.error(request, str(missing))
    return _station(request, again=pk, typed=typed, status=missing.status)


def _station(
    request: PersonRequest, *, again: UUID | None = None, typed: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    items = review.current_items(request.user, now=now)
    held = open_claim(request.user, now)
    if held is None or not items:
        return render(request, "review/start.html", {"waiting": waiting_for(request.user)})
    items.sort(key=lambda one: one["id"] != str(again))
    context = {
        "items": items,
        "first": {**items[0], "value": typed} if typed else items[0],
        "key": uuid4(),
        "skip_reasons": WORDS,
        **of_station(held, mode="one"),
    }
    return render(request, "review/station.html", context, status=status)


def _next(request: PersonRequest, said: dict[str, Any]) -> HttpResponse:
    return JsonResponse(said) if wants_json(request) else redirect("review:station")
