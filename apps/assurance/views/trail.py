"""The explorer: questions go in by a form, addresses carry ids and codes only."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.requests import PersonRequest
from apps.assurance import people, searches
from apps.assurance.asks import HOUR, OUTCOMES
from apps.assurance.bars import Bar
from apps.assurance.evidence import evidence
from apps.assurance.forms import FindForm, SearchForm, TrailForm, actions
from apps.assurance.histogram import histogram
from apps.assurance.seen import who_saw
from apps.audit import explorer, tallies
from apps.audit import services as audit
from apps.audit.exposure import Exposure, exposes
from apps.audit.models import Facet

PAGE = 50  # events
SECOND = timedelta(seconds=1)

may_read = permission_required("audit.read_trail", raise_exception=True)


@exposes(Exposure.TRAIL)
@require_GET
@may_read
def trail(request: PersonRequest) -> HttpResponse:
    """The organisation's events, newest first; looking at them is one."""
    organisation = _organisation(request)
    form = TrailForm(request.GET)
    wanted = form.wanted(organisation)
    before = form.cleaned_data.get("before")
    found = explorer.search(
        wanted, organisation=organisation, reader=request.user.actor, before=before, count=PAGE
    )
    context = {
        **_filters(form, organisation),
        "found": found,
        "events": found.events,
        "older": form.address(before=found.before) if found.before else "",
    }
    if request.htmx and before:
        return render(request, "audit/_events.html", context)
    chart = histogram(wanted, organisation=organisation, now=timezone.now(), page=found)
    context |= {"chart": chart, "chart_rows": [(bar, _within(form, bar)) for bar in chart.filled]}
    if wanted.document:
        context["seen"] = who_saw(wanted.document, organisation=organisation)
    return render(request, "audit/_found.html" if request.htmx else "audit/trail.html", context)


@exposes(Exposure.NOTHING)
@require_POST
@may_read
def find(request: PersonRequest) -> HttpResponse:
    """Turn what was typed into ids and codes, and go where they are the address."""
    organisation = _organisation(request)
    form = FindForm(request.POST)
    meant = form.candidates(organisation)
    if meant is not None and len(meant) != 1:
        choices = [(one, form.address(actor=one.actor)) for one in meant]
        page = "audit/_which.html" if request.htmx else "audit/which.html"
        response = render(request, page, {**_filters(form, organisation), "choices": choices})
        response.headers["HX-Push-Url"] = "false"  # a question that was only sent has no address
        return response
    actor = meant[0].actor if meant else ""
    return redirect(f"{reverse('audit:trail')}?{form.address(actor=actor)}")


@exposes(Exposure.TRAIL)
@require_GET
@may_read
def event(request: PersonRequest, event: UUID) -> HttpResponse:
    """One event: its whole body, and the proof that it is in the tree."""
    found = audit.one(event, organisation=_organisation(request), reader=request.user.actor)
    context = {"event": found, "events": [found], "evidence": evidence(found)}
    return render(
        request, "audit/_evidence_row.html" if request.htmx else "audit/event.html", context
    )


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@may_read
def saved(request: PersonRequest) -> HttpResponse:
    """A person's own searches; a new one is sent with the question it keeps."""
    form = SearchForm(request.POST or None)
    asked = TrailForm(request.GET)
    if request.method == "POST" and form.is_valid():
        searches.keep(asked.codes(), name=form.cleaned_data["name"], user=request.user)
        messages.success(request, "Kept. Only you see it.")
        return redirect("audit:searches")
    context = {"searches": searches.kept(request.user), "form": form, "asks": asked.address()}
    return render(request, "audit/searches.html", context, status=422 if form.errors else 200)


@exposes(Exposure.NOTHING)
@require_POST
@may_read
def forget(request: PersonRequest, search: UUID) -> HttpResponse:
    searches.forget(search, user=request.user)
    messages.success(request, "Deleted.")
    return redirect("audit:searches")


def _filters(form: TrailForm, organisation: UUID) -> dict[str, Any]:
    """What the form offers, and what is chosen in it."""
    form.is_valid()
    actor = form.cleaned_data.get("actor") or ""
    return {
        "form": form,
        "asks": form.address(),
        "who": people.name_of(actor, organisation=organisation) if actor else "",
        "actions": actions()[1:],
        "outcomes": OUTCOMES,
        "names": people.names(organisation),
        "workspaces": people.workspaces(organisation),
        "reasons": tallies.values_of(Facet.REASON, organisation=organisation),
    }


def _within(form: TrailForm, bar: Bar) -> str:
    """The same question about the time of one bar."""
    last = (bar.until - SECOND).date()
    hour = bar.since.hour if bar.until - bar.since == HOUR else ""
    return form.address(since=bar.since.date(), until=last, hour=hour)


def _organisation(request: PersonRequest) -> UUID:
    if request.user.organisation_id is None:
        raise Http404
    return request.user.organisation_id
