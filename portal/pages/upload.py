"""Upload: shows the classes of one floor and the promise of another, and sends to a third."""

import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.middleware import wants_json
from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.base.errors import NotAllowed, PortalError
from apps.extraction import doctypes
from apps.intake import purposes
from apps.intake import services as intake
from apps.intake.arrival import plain_name
from apps.intake.forms import TermsForm
from apps.intake.models import Document
from apps.intake.upload import SealingHandler
from apps.retention import services as retention
from apps.retention.promises import promise


class Sent(NamedTuple):
    """What became of one file."""

    name: str
    document: Document | None
    problem: str
    status: int


def streams(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Seal files while the request is read: the handler must be there before CSRF reads the body.

    Whatever the view does not turn into documents leaves nothing behind.
    """

    @csrf_exempt
    def prepared(request: PersonRequest) -> HttpResponse:
        if request.user.organisation_id is None:
            raise NotAllowed("Platform operators send no documents.")
        handler = SealingHandler(request, request.user.organisation_id)
        request.upload_handlers = [handler]
        request.sealing = handler  # type: ignore[attr-defined]
        try:
            return csrf_protect(view)(request)
        finally:
            handler.abort()

    return prepared


@exposes(Exposure.NOTHING)
@permission_required("intake.add_document", raise_exception=True)
@require_http_methods(["GET", "POST"])
@streams
def upload(request: PersonRequest) -> HttpResponse:
    if request.method == "POST":
        return _received(request)
    form = _form(request, initial={"token": uuid.uuid4(), "manual_review": True})
    return render(request, "intake/upload.html", _context(request, form))


@exposes(Exposure.NOTHING)
@permission_required("intake.add_document", raise_exception=True)
@require_POST
def known(request: PersonRequest) -> HttpResponse:
    """Which of some fingerprints are of documents the person may see."""
    digests = request.POST.getlist("digest")[: settings.MOST_FILES]
    found = intake.known(digests, user=request.user)
    return JsonResponse({"known": found})


def _received(request: PersonRequest) -> HttpResponse:
    form = _form(request, data=request.POST)
    arrived: SealingHandler = request.sealing  # type: ignore[attr-defined]
    if not form.is_valid() or not arrived.arrivals:
        return _malformed(request, form, nothing=not arrived.arrivals)
    sent = [_send(arrival, form, request) for arrival in arrived.taken()]
    if wants_json(request):
        return _as_json(sent[0])
    return _as_page(request, form, sent)


def _send(arrival: Any, form: TermsForm, request: PersonRequest) -> Sent:
    name = plain_name(arrival.name)
    try:
        document = intake.receive(arrival, terms=form.terms(), sender=request.user)
    except PortalError as error:
        return Sent(name, None, str(error), error.status)
    return Sent(name, document, "", 201)


def _as_json(sent: Sent) -> HttpResponse:
    if sent.document is None:
        return JsonResponse({"message": sent.problem}, status=sent.status)
    address = reverse("jobs:detail", args=[sent.document.reference])
    return JsonResponse({"reference": sent.document.reference, "address": address}, status=201)


def _as_page(request: PersonRequest, form: TermsForm, sent: list[Sent]) -> HttpResponse:
    good = [one for one in sent if one.document]
    if good:
        messages.success(request, f"{len(good)} of {len(sent)} files are in.")
    if len(good) == len(sent):
        return redirect("jobs:list")
    problems = [one for one in sent if not one.document]
    context = _context(request, form) | {"problems": problems}
    return render(request, "intake/upload.html", context, status=problems[0].status)


def _malformed(request: PersonRequest, form: TermsForm, *, nothing: bool) -> HttpResponse:
    if nothing:
        form.add_error(None, "Choose at least one file.")
    if wants_json(request):
        errors = [str(error) for errors in form.errors.values() for error in errors]
        return JsonResponse({"message": " ".join(errors)}, status=400)
    return render(request, "intake/upload.html", _context(request, form), status=400)


def _form(request: PersonRequest, **kwargs: Any) -> TermsForm:
    known = doctypes.load_all()
    names = sorted({rule.name for doctype in known for rule in doctype.fields})
    listed = sorted(known, key=lambda one: (one.name == doctypes.NONE_OF_THEM, one.title))
    choices = [(doctype.name, doctype.title) for doctype in listed]
    return TermsForm(user=request.user, doctypes=choices, field_names=names, **kwargs)


def _context(request: PersonRequest, form: TermsForm) -> dict[str, Any]:
    organisation = request.user.organisation_id
    assert organisation is not None  # nobody else has a form
    policy = retention.current_policy(organisation)
    purpose = str(form["purpose"].value() or next(iter(purposes.load().purposes)))
    doctype = str(form["doctype"].value() or "")
    asked = bool(form["transcript"].value())
    return {
        "form": form,
        "purposes": purposes.load(),
        "classes": doctypes.load_all(),
        "chosen_fields": form["fields_wanted"].value() or [],
        "promise": promise(policy, purpose=purpose, doctype=doctype, transcript=asked),
        "largest_mb": settings.LARGEST_FILE >> 20,
        "most_files": settings.MOST_FILES,
    }
