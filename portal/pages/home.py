"""The first page: what needs the person, by their roles."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.models import User
from apps.accounts.requests import PersonRequest
from apps.assurance.oversight import oversight
from apps.audit.exposure import Exposure, exposes
from apps.delivery import overview
from apps.intake.models import Document
from apps.jobs.flow import State
from apps.retention import services as retention
from apps.retention.clocks import next_clocks
from apps.review.queue import waiting_for

FEW = 5  # rows of a card


@exposes(Exposure.NOTHING)
@require_GET
def home(request: PersonRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    now = timezone.localtime()
    context: dict[str, Any] = {"greeting": _greeting(now.hour), "today": now.date()}
    if user.has_perm("intake.view_document"):
        context |= _sender(user)
    if user.has_perm("review.decide_task"):
        context["waiting"] = waiting_for(user)
    if user.has_perm("audit.read_trail") and user.organisation_id:
        context["oversight"] = oversight(user.organisation_id, now=timezone.now())
    if user.has_perm("retention.view_clocks"):
        context["clocks"] = next_clocks(user)[:FEW]
    return render(request, "portal/home.html", context)


def _sender(user: User) -> dict[str, Any]:
    failed = frozenset({State.FAILED})
    soon = retention.going_soon(timezone.now())
    return {
        "going": Document.objects.visible_to(user).filter(pk__in=soon).count(),
        "jobs": overview.listed(user, count=FEW),
        "failed": overview.listed(user, states=failed, count=FEW),
    }


def _greeting(hour: int) -> str:
    if hour < 5 or hour >= 18:
        return "Good evening"
    return "Good morning" if hour < 12 else "Good afternoon"
