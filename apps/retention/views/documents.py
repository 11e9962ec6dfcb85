from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.requests import PersonRequest, organisation_of
from apps.audit import services as audit
from apps.audit.exposure import Exposure, exposes
from apps.audit.tags import Tag
from apps.intake.models import Document
from apps.retention import permissions
from apps.retention import services as retention
from apps.retention.forms import DeleteForm
from apps.retention.models import Erasure
from apps.retention.promises import promise as make_promise
from apps.vault.models import Artifact

WAITS = "What a legal hold or a law keeps is erased as soon as it may; the receipt says why."


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("intake.add_document", raise_exception=True)
def promise(request: PersonRequest) -> HttpResponse:
    """The promise for what is chosen in the form so far."""
    made = make_promise(
        retention.current_policy(organisation_of(request)),
        purpose=request.GET.get("purpose", ""),
        doctype=request.GET.get("doctype", ""),
        transcript="transcript" in request.GET,
    )
    return render(request, "intake/_promise.html", {"promise": made})


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@permission_required("retention.delete_document", raise_exception=True)
def delete(request: PersonRequest, reference: str) -> HttpResponse:
    document = _document(request, reference)
    permissions.check_can_delete(request.user, document)
    form = DeleteForm(request.POST or None, reference=reference)
    if form.is_valid():
        if retention.delete(document, user=request.user) is None:
            messages.warning(request, f"{reference} is erased but for what a law asks to keep.")
            return redirect("jobs:detail", reference)
        messages.success(request, f"{reference} is erased. Here is the receipt.")
        return redirect("retention:receipt", reference)
    context = {"document": document, "form": form}
    return render(request, "retention/delete.html", context, status=422 if request.POST else 200)


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@permission_required("retention.delete_document", raise_exception=True)
def withdraw(request: PersonRequest, reference: str) -> HttpResponse:
    document = _document(request, reference)
    permissions.check_can_withdraw(request.user, document)
    if request.method == "POST":
        retention.withdraw(document, user=request.user)
        if Erasure.objects.filter(document=document).exists():
            messages.success(request, "Consent is withdrawn and everything sent with it is erased.")
            return redirect("retention:receipt", reference)
        messages.warning(request, f"Consent is withdrawn and all work is stopped. {WAITS}")
        return redirect("retention:consent", reference)
    together = Document.objects.visible_to(request.user).filter(
        submission_id=document.submission_id
    )
    context = {"document": document, "together": together.order_by("pk")[:200]}
    return render(request, "retention/withdraw.html", context)


@exposes(Exposure.RECEIPT)
@require_GET
@permission_required("intake.view_document", raise_exception=True)
@transaction.atomic
def receipt(request: PersonRequest, reference: str) -> HttpResponse:
    """What was erased, when and why, with the digests and events that prove it."""
    document = _document(request, reference)
    erasure = get_object_or_404(Erasure.objects.select_related("asked_by"), document=document)
    audit.record(
        Tag.RECEIPT_READ,
        actor=request.user.actor,
        subject=reference,
        organisation=document.organisation_id,
        document=document.pk,
    )
    artifacts = Artifact.objects.of_document(document.pk).order_by("created_at")
    context = {
        "document": document,
        "erasure": erasure,
        "artifacts": artifacts,
        "certificate": retention.of_document(erasure, now=timezone.now()),
    }
    return render(request, "retention/receipt.html", context)


def _document(request: PersonRequest, reference: str) -> Document:
    visible = Document.objects.visible_to(request.user).select_related(
        "submission", "original", "sender"
    )
    return get_object_or_404(visible, reference=reference)
