"""Records, one by one and in a list, and the original of one to take away."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.base.downloads import attachment
from apps.preservation import permissions
from apps.preservation import services as preservation
from apps.preservation.forms import ChainForm, ListForm, TakeForm
from apps.preservation.models import Record
from apps.preservation.reasons import Why
from apps.preservation.sheet import sheet, title

PAGE = 25  # records

may_take = permission_required("preservation.download_original", raise_exception=True)
may_see = permission_required("preservation.view_record", raise_exception=True)


@exposes(Exposure.NOTHING)
@require_GET
@may_see
def records(request: PersonRequest) -> HttpResponse:
    form = ListForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    found = Record.objects.visible_to(request.user).before(said.get("before"))
    if reference := said.get("reference"):
        found = found.filter(reference=reference.strip().upper())
    about = ("document__reading", "document__submission", "artifact", "sent_by", "workspace")
    rows = list(found.select_related(*about)[: PAGE + 1])
    context = {
        "form": form,
        "rows": [(one, title(one)) for one in rows[:PAGE]],
        "before": rows[PAGE - 1].pk if len(rows) > PAGE else None,
    }
    return render(request, "preservation/list.html", context)


@exposes(Exposure.RECORD)
@require_GET
@may_see
def record(request: PersonRequest, record: str) -> HttpResponse:
    """The certificate of one record; that somebody looked at it is recorded."""
    found = preservation.named(record, user=request.user)
    form = ChainForm(request.GET)
    page = sheet(
        found,
        user=request.user,
        after=form.cleaned_data["after"] if form.is_valid() else None,
    )
    preservation.shown(found, user=request.user, evidence=page.evidence)
    return render(request, "preservation/record.html", _context(request, page.record, page))


@exposes(Exposure.EVIDENCE)
@require_POST
@may_take
def original(request: PersonRequest, record: str) -> HttpResponse | StreamingHttpResponse:
    """The bytes as they were received, once that they are taken is under a signed checkpoint."""
    found = preservation.named(record, user=request.user)
    permissions.check_can_download(request.user, found)
    form = TakeForm(request.POST)
    if not form.is_valid():
        context = {"record": found, "take": form}
        return render(request, "preservation/take.html", context, status=422)
    why = Why(form.cleaned_data["reason"])
    source = preservation.download(found, reason=why, user=request.user)
    name = f"{found.reference}.pdf"
    return attachment(source, name=name, media_type=found.media_type, size=found.size)


def _context(request: PersonRequest, found: Record, page: object) -> dict[str, object]:
    return {
        "page": page,
        "record": found,
        "now": timezone.now(),
        "take": TakeForm(),
        "can_download": permissions.can_download(request.user, found),
        "can_validate": request.user.has_perm("preservation.validate_record"),
        "can_approve": permissions.can_approve(request.user, found),
    }
