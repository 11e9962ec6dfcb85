"""Have the signatures of a record checked again."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.preservation.models import Record
from apps.preservation.services import validating

NOBODY = UUID(int=0)


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("preservation.validate_record", raise_exception=True)
def validate(request: PersonRequest, record: str) -> HttpResponse:
    own = Record.objects.filter(organisation_id=request.user.organisation_id or NOBODY)
    found = get_object_or_404(own.select_related("artifact"), reference=record)
    validating.validate_again(found, user=request.user)
    messages.success(request, "The signatures were checked again.")
    return redirect("preservation:record", found.reference)
