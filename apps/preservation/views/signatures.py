"""Have the signatures of a record checked again."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.preservation import services as preservation


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("preservation.validate_record", raise_exception=True)
def validate(request: PersonRequest, record: str) -> HttpResponse:
    found = preservation.named(record, user=request.user)
    preservation.validate_again(found, user=request.user)
    messages.success(request, "The signatures were checked again.")
    return redirect("preservation:record", found.reference)
