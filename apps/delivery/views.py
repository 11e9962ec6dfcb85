from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.middleware import wants_json
from apps.accounts.models import User
from apps.accounts.requests import PersonRequest
from apps.audit import services as audit
from apps.audit.exposure import Exposure, exposes
from apps.delivery import kept, overview, permissions, timeline, transcripts
from apps.delivery import services as delivery
from apps.delivery.forms import STATES, JobsForm, RevealForm
from apps.delivery.result import Settled
from apps.delivery.services import REVEALED_SECONDS, RevealReason
from apps.delivery.spreadsheet import MEDIA_TYPE, to_csv
from apps.extraction import doctypes
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs.flow import ENDS, State
from apps.jobs.models import Job
from apps.review import services as review

PAGE = 25  # jobs
LONGEST_TRAIL = 500  # events of one document


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("intake.view_document", raise_exception=True)
def jobs(request: PersonRequest) -> HttpResponse:
    form = JobsForm(request.GET)
    rows = overview.listed(request.user, **_wanted(form), count=PAGE + 1)
    context = {
        "form": form,
        "rows": rows[:PAGE],
        "older": _older(request, rows[PAGE - 1].document.pk) if len(rows) > PAGE else "",
        "states": STATES,
        "delivered": any(row.state == State.SUCCEEDED for row in rows[:PAGE]),
    }
    return render(request, "jobs/_rows.html" if request.htmx else "jobs/list.html", context)


@exposes(Exposure.FIELDS)
@require_GET
@permission_required("intake.view_document", raise_exception=True)
def job(request: PersonRequest, reference: str) -> HttpResponse:
    document = _document(request, reference)
    fields = delivery.shown_fields(document, user=request.user)
    work = intake.job_of(document)
    context = {
        "document": document,
        "job": work,
        "fields": fields,
        "told": review.told(document),
        "reveal_form": RevealForm(),
        "can_reveal": permissions.can_reveal(request.user, document),
        "is_member": document.workspace.has_member(request.user),
        **_standing(document, work, fields),
        **_kept(document, work, request.user),
    }
    return render(request, "jobs/detail.html", context)


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("intake.view_document", raise_exception=True)
def status(request: PersonRequest, reference: str) -> HttpResponse:
    """Tells an open page to load itself anew when something has changed; shows nothing."""
    document = _document(request, reference)
    response = HttpResponse(status=204)
    if overview.fingerprint(document, intake.job_of(document)) != request.GET.get("seen"):
        response.headers["HX-Refresh"] = "true"
    return response


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("delivery.reveal_field", raise_exception=True)
def ask_reveal(request: PersonRequest, reference: str, name: str) -> HttpResponse:
    """Ask for the reason; the page for browsers without JavaScript."""
    context = {"document": _document(request, reference), "name": name, "form": RevealForm()}
    return render(request, "jobs/reveal.html", context)


@exposes(Exposure.VALUE)
@require_POST
@permission_required("delivery.reveal_field", raise_exception=True)
def reveal(request: PersonRequest, reference: str, name: str) -> HttpResponse:
    """Show one value for some seconds, once the reason is recorded."""
    document = _document(request, reference)
    form = RevealForm(request.POST)
    context: dict[str, Any] = {"document": document, "name": name, "form": form}
    if not form.is_valid():
        return render(request, "jobs/reveal.html", context, status=422)
    reason = RevealReason(form.cleaned_data["reason"])
    value = delivery.reveal(document, name=name, reason=reason, user=request.user)
    if wants_json(request):
        return JsonResponse({"value": value, "seconds": REVEALED_SECONDS})
    response = render(request, "jobs/revealed.html", {**context, "value": value})
    back = reverse("jobs:detail", args=[reference])
    response.headers["Refresh"] = f"{REVEALED_SECONDS};url={back}"
    return response


@exposes(Exposure.RESULT)
@require_GET
@permission_required("delivery.download_result", raise_exception=True)
def result(request: PersonRequest, reference: str) -> HttpResponse:
    document = _document(request, reference)
    content = delivery.download(document, user=request.user)
    response = JsonResponse(content, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = f'attachment; filename="{reference}.json"'
    return response


@exposes(Exposure.RESULT)
@require_GET
@permission_required("delivery.download_result", raise_exception=True)
def table(request: PersonRequest, reference: str) -> HttpResponse:
    """The same result for a spreadsheet."""
    document = _document(request, reference)
    content = delivery.download(document, user=request.user, form="csv")
    return _table([content], name=reference)


@exposes(Exposure.TRANSCRIPT)
@require_GET
@permission_required("delivery.download_transcript", raise_exception=True)
def transcript(request: PersonRequest, reference: str) -> HttpResponse:
    """The whole text as a file, if it was asked for; no browser shows it as a page."""
    document = _document(request, reference)
    content = delivery.download_transcript(document, user=request.user)
    text = transcripts.plain_text(content)
    response = HttpResponse(text, content_type=transcripts.MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{reference}.txt"'
    return response


@exposes(Exposure.RESULT)
@require_GET
@permission_required("delivery.download_result", raise_exception=True)
def tables(request: PersonRequest) -> HttpResponse:
    """The results of one page of the list for a spreadsheet."""
    wanted = _wanted(JobsForm(request.GET))
    return _table(delivery.export(request.user, form="csv", count=PAGE, **wanted), name="results")


@exposes(Exposure.TRAIL)
@require_GET
@permission_required("intake.view_document", raise_exception=True)
def trail(request: PersonRequest, reference: str) -> HttpResponse:
    """Everything that happened to one document, for whoever may see it."""
    document = _document(request, reference)
    events = audit.of_document(
        document.pk,
        organisation=document.organisation_id,
        reader=request.user.actor,
        count=LONGEST_TRAIL,
    )
    return render(request, "jobs/trail.html", {"document": document, "events": events})


@exposes(Exposure.TRAIL)
@require_GET
@permission_required("intake.view_document", raise_exception=True)
def seen(request: PersonRequest, reference: str) -> HttpResponse:
    """Which parts of a document people saw, for how long and why; by their roles."""
    document = _document(request, reference)
    context = {"document": document, "seen": review.seen(document, reader=request.user)}
    return render(request, "review/seen.html", context)


def _document(request: PersonRequest, reference: str) -> Document:
    """Fetching is the permission check: what is not visible is not there."""
    visible = Document.objects.visible_to(request.user).select_related(
        "submission", "sender", "reading", "original", "workspace"
    )
    return get_object_or_404(visible, reference=reference)


def _standing(document: Document, job: Job, fields: Sequence[Settled]) -> dict[str, Any]:
    """Where a job stands, and what was read."""
    steps, waiting = timeline.taken(job), overview.waiting_among(fields)
    return {
        "flagged": overview.flagged_among(fields),
        "status": overview.status_of(document, job, waiting=waiting, fields=len(fields)),
        "title": overview.title_of(document, _doctype(document)),
        "steps": steps,
        "ahead": timeline.ahead(job, steps),
        "unknown": _doctype(document) == doctypes.NONE_OF_THEM,
        "seen": overview.fingerprint(document, job),
        "settled": job.state in ENDS,
        "delivered": job.state == State.SUCCEEDED and bool(fields),
    }


def _kept(document: Document, job: Job, user: User) -> dict[str, Any]:
    """What exists of a document, and whether the person may have its whole text."""
    parts = kept.kept(document)
    absence = transcripts.absence(document, parts, working=job.state not in ENDS)
    may = not absence and permissions.can_download_transcript(user, document)
    return {"kept": parts, "absence": absence, "can_read_all": may}


def _wanted(form: JobsForm) -> dict[str, Any]:
    """Which jobs a form asks for; all of them, if it makes no sense."""
    said = form.cleaned_data if form.is_valid() else {}
    return {
        "states": STATES[said["state"]][1] if said.get("state") else None,
        "reference": said.get("reference", ""),
        "before": said.get("before"),
    }


def _table(contents: list[dict[str, Any]], *, name: str) -> HttpResponse:
    response = HttpResponse(to_csv(contents), content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _doctype(document: Document) -> str:
    reading = getattr(document, "reading", None)
    return reading.class_said if reading else ""


def _older(request: PersonRequest, last: object) -> str:
    query = request.GET.copy()
    query["before"] = str(last)
    return query.urlencode()
