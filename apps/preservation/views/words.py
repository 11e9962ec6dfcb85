"""What people wrote about a record, and the forms to write more."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.preservation import permissions
from apps.preservation import services as preservation
from apps.preservation.forms import ApprovalForm, CorrectionForm
from apps.preservation.models import Record
from apps.preservation.reasons import Said

may_see = permission_required("preservation.view_evidence", raise_exception=True)
may_approve = permission_required("preservation.approve_record", raise_exception=True)


@exposes(Exposure.RECORD)
@require_GET
@may_see
def words(request: PersonRequest, record: str) -> HttpResponse:
    """Comments and reasons in clear; that they were opened is recorded."""
    found = preservation.named(record, user=request.user)
    said = preservation.comments(found, user=request.user)
    return _page(request, found, said=said)


@exposes(Exposure.NOTHING)
@require_POST
@may_approve
def approve(request: PersonRequest, record: str) -> HttpResponse:
    found = preservation.named(record, user=request.user)
    permissions.check_can_approve(request.user, found)
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return _page(request, found, approval=form, status=422)
    what, how = Said(form.cleaned_data["what"]), {"user": request.user}
    key, comment = form.cleaned_data["key"], form.cleaned_data["comment"]
    preservation.approve(found, key=key, what=what, comment=comment, **how)
    messages.success(request, "It is recorded, under your name and with the time.")
    return redirect("preservation:record", record)


@exposes(Exposure.NOTHING)
@require_POST
@may_approve
def correct(request: PersonRequest, record: str) -> HttpResponse:
    found = preservation.named(record, user=request.user)
    permissions.check_can_approve(request.user, found)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, correction=form, status=422)
    preservation.correct(found, **form.cleaned_data, user=request.user)
    messages.success(request, "The correction stands beside the record, which stays as it was.")
    return redirect("preservation:record", record)


def _page(
    request: PersonRequest,
    record: Record,
    *,
    said: object = (),
    approval: ApprovalForm | None = None,
    correction: CorrectionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "record": record,
        "said": said,
        "approval": approval or ApprovalForm(initial={"key": uuid.uuid4()}),
        "correction": correction or CorrectionForm(initial={"key": uuid.uuid4()}),
        "can_approve": permissions.can_approve(request.user, record),
    }
    return render(request, "preservation/words.html", context, status=status)
