"""What every view of review begins with."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect

from apps.accounts.middleware import wants_json
from apps.accounts.requests import PersonRequest
from apps.base.errors import NotFound
from apps.review.models import Task

View = Callable[..., HttpResponse]


def for_reviewers(view: View) -> View:
    return permission_required("review.decide_task", raise_exception=True)(view)


def for_leads(view: View) -> View:
    return permission_required("review.lead_queues", raise_exception=True)(view)


def task_of(pk: UUID) -> Task:
    task = (
        Task.objects.select_related("claim", "field", "document__reading", "crop", "known")
        .filter(pk=pk)
        .first()
    )
    if task is None:
        raise NotFound
    return task


def malformed(request: PersonRequest, form: forms.Form) -> HttpResponse:
    """What the station sent makes no sense; its parts are named and not echoed."""
    sentence = f"Not saved: {', '.join(sorted(form.errors))}."
    if wants_json(request):
        return JsonResponse({"error": "Malformed", "message": sentence}, status=400)
    messages.error(request, sentence)
    return redirect("review:station")
