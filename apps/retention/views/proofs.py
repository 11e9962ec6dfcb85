from pathlib import Path

from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.requests import PersonRequest, organisation_of
from apps.audit import services as audit
from apps.audit.exposure import Exposure, exposes
from apps.audit.tags import Tag
from apps.retention import services as retention
from apps.retention import statements
from apps.retention.models import Certificate
from apps.retention.offline import verify_certificate

PAGE = 50  # certificates


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("retention.view_clocks", raise_exception=True)
def certificates(request: PersonRequest) -> HttpResponse:
    """The newest certificates, and the key they are checked with."""
    organisation = organisation_of(request)
    newest = Certificate.objects.filter(organisation_id=organisation).order_by("-id")[:PAGE]
    context = {"certificates": newest, "key": retention.public_key(organisation)}
    return render(request, "retention/certificates.html", context)


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("retention.view_clocks", raise_exception=True)
@transaction.atomic
def certificate(request: PersonRequest, certificate: str) -> HttpResponse:
    """A certificate as a file to hand out; it holds ids, salted digests and times."""
    own = Certificate.objects.filter(organisation_id=organisation_of(request))
    found = get_object_or_404(own, number=certificate)
    audit.record(
        Tag.CERTIFICATE_TAKEN,
        actor=request.user.actor,
        subject=found.number,
        organisation=found.organisation_id,
        document=found.document,
    )
    signature = bytes(found.signature)
    envelope = statements.envelope(bytes(found.body), signature=signature, key=found.key)
    name = f'attachment; filename="{found.number}.json"'
    return JsonResponse(envelope, headers={"Content-Disposition": name})


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("retention.view_clocks", raise_exception=True)
def verifier(request: PersonRequest) -> HttpResponse:
    """The script that checks a certificate without us."""
    path = Path(verify_certificate.__file__)
    name = f'attachment; filename="{path.name}"'
    script = path.read_text(encoding="utf-8")
    return HttpResponse(script, "text/x-python", headers={"Content-Disposition": name})
