from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.requests import PersonRequest, organisation_of
from apps.audit.exposure import Exposure, exposes
from apps.intake.models import Document
from apps.retention import permissions, statements
from apps.retention import services as retention
from apps.retention.forms import CaseForm, NarrowForm, ReasonForm, ReferenceForm, SignForm
from apps.retention.models import Fate, SubjectItem, SubjectRequest, Withdrawal
from apps.retention.views.asked import signed_by

SHOWN = 50  # wishes


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("retention.serve_subjects", raise_exception=True)
def subjects(request: PersonRequest) -> HttpResponse:
    """People who asked to be erased, and consent that is withdrawn for a sender."""
    return _subjects(request)


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.serve_subjects", raise_exception=True)
def open_request(request: PersonRequest) -> HttpResponse:
    form = CaseForm(request.POST)
    if not form.is_valid():
        return _subjects(request, case=form)
    made = retention.open_request(**form.cleaned_data, user=request.user)
    return redirect("retention:subject", made.pk)


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("retention.serve_subjects", raise_exception=True)
def subject(request: PersonRequest, subject: UUID) -> HttpResponse:
    """One person's wish: each document, and what became of it. No content."""
    return _subject(request, _request(request, subject))


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.serve_subjects", raise_exception=True)
def erase_item(request: PersonRequest, item: UUID) -> HttpResponse:
    found, form = _item(request, item), signed_by(request)
    if not form.is_valid():
        return _subject(request, found.request, sign=form)
    fate = retention.erase_item(found, user=request.user)
    messages.success(request, f"{found.document.reference}: {fate}.")
    return redirect("retention:subject", found.request_id)


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.serve_subjects", raise_exception=True)
def refuse_item(request: PersonRequest, item: UUID) -> HttpResponse:
    found, form = _item(request, item), ReasonForm(request.POST)
    if not form.is_valid():
        return _subject(request, found.request, reason=form)
    retention.refuse_item(found, why=form.cleaned_data["reason"], user=request.user)
    return redirect("retention:subject", found.request_id)


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.serve_subjects", raise_exception=True)
def close_request(request: PersonRequest, subject: UUID) -> HttpResponse:
    retention.close_request(_request(request, subject), user=request.user)
    messages.success(request, "This person is answered.")
    return redirect("retention:subjects")


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.serve_subjects", raise_exception=True)
def withdraw_for(request: PersonRequest) -> HttpResponse:
    """Withdraw consent by reference, with one's password once more."""
    form, sign = ReferenceForm(request.POST), signed_by(request)
    if not (form.is_valid() & sign.is_valid()):
        return _subjects(request, reference=form, sign=sign)
    own = Document.objects.filter(organisation_id=organisation_of(request))
    document = get_object_or_404(
        own.select_related("submission", "original"), reference=form.cleaned_data["reference"]
    )
    retention.withdraw(document, user=request.user)
    messages.success(request, f"Consent for {document.reference} is withdrawn.")
    return redirect("retention:withdrawal", document.submission.withdrawal.number)


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("retention.serve_subjects", raise_exception=True)
def withdrawal(request: PersonRequest, withdrawal: str) -> HttpResponse:
    """The signed receipt of a withdrawal, as a file."""
    own = Withdrawal.objects.filter(organisation_id=organisation_of(request))
    return _file(get_object_or_404(own, number=withdrawal))


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@permission_required("intake.view_document", raise_exception=True)
def consent(request: PersonRequest, reference: str) -> HttpResponse:
    """What may be done with what was sent together, version by version; its sender allows less."""
    document = _visible(request, reference)
    if request.method == "POST":
        permissions.check_can_withdraw(request.user, document)
        form = NarrowForm(request.POST)
        if not form.is_valid():
            raise Http404
        retention.narrow(document, less=form.cleaned_data["less"], user=request.user)
        messages.success(request, "That is no longer allowed.")
        return redirect("retention:consent", reference)
    context = {
        "document": document,
        "consents": document.submission.consents.select_related("given_by").order_by("-number"),
        "withdrawal": Withdrawal.objects.filter(submission=document.submission_id).first(),
        "may": permissions.can_withdraw(request.user, document),
    }
    return render(request, "retention/consent.html", context)


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("intake.view_document", raise_exception=True)
def receipt_of_withdrawal(request: PersonRequest, reference: str) -> HttpResponse:
    document = _visible(request, reference)
    return _file(get_object_or_404(Withdrawal, submission=document.submission_id))


def _file(made: Withdrawal) -> HttpResponse:
    signature = bytes(made.signature)
    envelope = statements.envelope(bytes(made.body), signature=signature, key=made.key)
    name = f'attachment; filename="{made.number}.json"'
    return JsonResponse(envelope, headers={"Content-Disposition": name})


def _subjects(
    request: PersonRequest,
    *,
    case: CaseForm | None = None,
    reference: ReferenceForm | None = None,
    sign: SignForm | None = None,
) -> HttpResponse:
    own = SubjectRequest.objects.filter(organisation_id=organisation_of(request))
    counted = own.annotate(
        documents=Count("items"), waiting=Count("items", filter=Q(items__fate=Fate.WAITING))
    )
    context = {
        "requests": counted.order_by("-number")[:SHOWN],
        "case": case or CaseForm(),
        "reference": reference or ReferenceForm(),
        "form": sign or SignForm(is_theirs=lambda password: False),
    }
    failed = case is not None or reference is not None
    return render(request, "retention/subjects.html", context, status=422 if failed else 200)


def _subject(
    request: PersonRequest,
    found: SubjectRequest,
    *,
    sign: SignForm | None = None,
    reason: ReasonForm | None = None,
) -> HttpResponse:
    context = {
        "subject": found,
        "items": found.items.select_related("document", "answered_by").order_by("pk"),
        "form": sign or SignForm(is_theirs=lambda password: False),
        "reason": reason or ReasonForm(),
    }
    failed = sign is not None or reason is not None
    return render(request, "retention/subject.html", context, status=422 if failed else 200)


def _request(request: PersonRequest, pk: UUID) -> SubjectRequest:
    own = SubjectRequest.objects.filter(organisation_id=organisation_of(request))
    return get_object_or_404(own.select_related("opened_by"), pk=pk)


def _item(request: PersonRequest, pk: UUID) -> SubjectItem:
    own = SubjectItem.objects.filter(organisation_id=organisation_of(request))
    return get_object_or_404(own.select_related("document", "request"), pk=pk)


def _visible(request: PersonRequest, reference: str) -> Document:
    seen = Document.objects.visible_to(request.user).select_related("submission")
    return get_object_or_404(seen, reference=reference)
