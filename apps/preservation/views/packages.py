"""Evidence of a record: asked for, made by a worker, fetched once it is sealed."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts import services as accounts
from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.base.downloads import attachment
from apps.jobs.flow import ENDS, State
from apps.preservation.models import Package, Record
from apps.preservation.packages import services as evidencing
from apps.preservation.packages.forms import EvidenceForm
from apps.preservation.packages.services import MAY_TAKE_ORIGINAL, REASONS, Why

may_export = permission_required("preservation.export_evidence", raise_exception=True)


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@may_export
def evidence(request: PersonRequest, record: str) -> HttpResponse:
    """What was packed of a record, and the form for more; it asks for the password again."""
    found = evidencing.record_named(record, user=request.user)
    is_theirs = partial(accounts.is_theirs, request)
    form = EvidenceForm(request.POST or None, is_theirs=is_theirs)
    if form.is_valid():
        made = evidencing.ask(found, user=request.user, **form.wanted())
        return redirect("preservation:package", made.reference)
    context = _form(request, found, form)
    return render(
        request, "preservation/evidence/form.html", context, status=422 if form.errors else 200
    )


@exposes(Exposure.NOTHING)
@require_GET
@may_export
def package(request: PersonRequest, package: str) -> HttpResponse:
    """How far a package is; an open page asks again while it is being made."""
    context = _context(evidencing.named(package, user=request.user))
    part = "_package.html" if request.htmx else "package.html"
    return render(request, f"preservation/evidence/{part}", context)


@exposes(Exposure.EVIDENCE)
@require_GET
@may_export
def bag(request: PersonRequest, package: str) -> StreamingHttpResponse:
    """The bytes, once that they are taken is under a signed checkpoint."""
    found = evidencing.named(package, user=request.user)
    source = evidencing.fetched(found, user=request.user)
    size = found.artifact.size if found.artifact else None
    name = f"{found.reference}.zip"
    return attachment(source, name=name, media_type="application/zip", size=size)


@exposes(Exposure.NOTHING)
@require_POST
@may_export
def delete(request: PersonRequest, package: str) -> HttpResponse:
    found = evidencing.named(package, user=request.user)
    evidencing.delete(found, user=request.user)
    messages.success(request, f"{found.reference} is erased.")
    return redirect("preservation:evidence", found.record.reference)


def _form(request: PersonRequest, record: Record, form: EvidenceForm) -> dict[str, Any]:
    return {
        "record": record,
        "form": form,
        "packages": evidencing.packages_of(record, user=request.user),
        "may_take_original": request.user.has_perm(MAY_TAKE_ORIGINAL),
        "erased": record.artifact.shredded_at is not None,
    }


def _context(package: Package) -> dict[str, Any]:
    job = evidencing.job_of(package)
    return {
        "package": package,
        "record": package.record,
        "why": REASONS[Why(package.reason)],
        "job": job,
        "failed": job.state == State.FAILED,
        "settled": job.state in ENDS,
    }
