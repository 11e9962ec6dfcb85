"""Who saw what of one document, for whoever answers for it."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.intake.models import Document
from apps.review import services as review


@exposes(Exposure.TRAIL)
@require_GET
@permission_required("audit.read_trail", raise_exception=True)
def seen(request: PersonRequest, reference: str) -> HttpResponse:
    """Any document of the organisation; by name who saw what of it, and never what it says."""
    assert request.user.organisation_id is not None  # nobody else has the permission
    own = Document.objects.filter(organisation_id=request.user.organisation_id)
    document = get_object_or_404(own.select_related("reading", "submission"), reference=reference)
    context = {"document": document, "seen": review.seen(document, reader=request.user)}
    return render(request, "review/seen.html", context)
