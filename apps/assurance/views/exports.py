"""Taking the trail out: asked for, made by a worker, fetched once it is sealed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.requests import PersonRequest
from apps.assurance import asks
from apps.assurance.exports import services as exporting
from apps.assurance.exports.services import Why
from apps.assurance.forms import ExportForm, TrailForm
from apps.assurance.models import Export, Mode
from apps.audit.exposure import Exposure, exposes
from apps.base.downloads import attachment
from apps.jobs.flow import ENDS, State

LISTED = 50  # exports

may_export = permission_required("assurance.export_trail", raise_exception=True)


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@may_export
def exports(request: PersonRequest) -> HttpResponse:
    """What was exported, and the form for more; the address carries the filters of a selection."""
    asked = TrailForm(request.GET).codes()
    form = ExportForm(request.POST or None, initial={"mode": Mode.RANGE, **asked})
    if request.method == "POST" and form.is_valid():
        return _ask(request, form, asked)
    rows = Export.objects.visible_to(request.user).select_related("artifact", "asked_by")
    context = {
        "form": form,
        "asked": asks.in_words(asked, organisation=_organisation(request)),
        "exports": rows.order_by("-id")[:LISTED],
    }
    return render(request, "audit/exports.html", context, status=422 if form.errors else 200)


@exposes(Exposure.NOTHING)
@require_GET
@may_export
def export(request: PersonRequest, export: str) -> HttpResponse:
    """How far an export is; an open page asks again while it is being made."""
    context = _context(exporting.named(export, user=request.user))
    return render(request, "audit/_export.html" if request.htmx else "audit/export.html", context)


@exposes(Exposure.EXPORT)
@require_GET
@may_export
def bag(request: PersonRequest, export: str) -> StreamingHttpResponse:
    """The bytes, once that they are taken is under a signed checkpoint."""
    found = exporting.named(export, user=request.user)
    source = exporting.fetched(found, user=request.user)
    size = found.artifact.size if found.artifact else None
    name = f"{found.reference}.zip"
    return attachment(source, name=name, media_type="application/zip", size=size)


@exposes(Exposure.NOTHING)
@require_POST
@may_export
def delete(request: PersonRequest, export: str) -> HttpResponse:
    exporting.delete(exporting.named(export, user=request.user), user=request.user)
    messages.success(request, f"{export} is erased.")
    return redirect("audit:exports")


def _ask(request: PersonRequest, form: ExportForm, asked: dict[str, str]) -> HttpResponse:
    said = form.cleaned_data
    made = exporting.ask(
        {**{name: one for name, one in asked.items() if name not in DAYS}, **form.range()},
        mode=Mode(said["mode"]),
        reason=Why(said["reason"]),
        names=said["names"],
        words=said["words"],
        user=request.user,
    )
    return redirect("audit:export", made.reference)


DAYS = ("since", "until")


def _context(export: Export) -> dict[str, Any]:
    job = exporting.job_of(export)
    return {
        "export": export,
        "asked": asks.in_words(export.asks, organisation=export.organisation_id),
        "why": exporting.REASONS[Why(export.reason)],
        "job": job,
        "failed": job.state == State.FAILED,
        "settled": job.state in ENDS,
    }


def _organisation(request: PersonRequest) -> Any:
    return request.user.organisation_id
