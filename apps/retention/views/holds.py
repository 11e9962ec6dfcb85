from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.requests import PersonRequest, organisation_of
from apps.audit.exposure import Exposure, exposes
from apps.retention import permissions
from apps.retention import services as retention
from apps.retention.forms import ExceptionForm, HoldForm, MomentForm, ReasonForm, SignForm
from apps.retention.models import Hold, PolicyException
from apps.retention.policy import Start
from apps.retention.views.asked import signed_by

MOST_NAMED = 4000  # characters of references that another page may bring along
SHOWN = 200  # documents of a hold


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@permission_required("retention.govern", raise_exception=True)
def place(request: PersonRequest) -> HttpResponse:
    named = {"references": request.GET.get("references", "")[:MOST_NAMED]}
    form = HoldForm(request.POST or None, organisation=organisation_of(request), initial=named)
    if form.is_valid():
        placed = retention.place(retention.Wanted(**form.wanted()), user=request.user)
        messages.success(request, _report(placed))
        return redirect("retention:hold", placed.hold.pk)
    return render(
        request, "retention/place.html", {"form": form}, status=422 if request.POST else 200
    )


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("retention.view_clocks", raise_exception=True)
def hold(request: PersonRequest, hold: UUID) -> HttpResponse:
    """One hold: why, for whom, what it covers, and how it ends."""
    return _hold(request, _of(request, hold))


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.govern", raise_exception=True)
def ask_to_lift(request: PersonRequest, hold: UUID) -> HttpResponse:
    found, form = _of(request, hold), ReasonForm(request.POST)
    if not form.is_valid():
        return _hold(request, found, reason=form)
    retention.ask_to_lift(found, reason=form.cleaned_data["reason"], user=request.user)
    messages.success(request, "Somebody else has to lift it now.")
    return redirect("retention:hold", hold)


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.govern", raise_exception=True)
def keep_on(request: PersonRequest, hold: UUID) -> HttpResponse:
    retention.keep_on(_of(request, hold), user=request.user)
    messages.success(request, "The hold stays.")
    return redirect("retention:hold", hold)


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.govern", raise_exception=True)
def lift(request: PersonRequest, hold: UUID) -> HttpResponse:
    """The second signature, with one's password once more."""
    found = _of(request, hold)
    permissions.check_can_lift(request.user, found)
    form = signed_by(request)
    if not form.is_valid():
        return _hold(request, found, sign=form)
    retention.lift(found, user=request.user)
    messages.success(request, f"{found.reference} is lifted. What has run out is erased now.")
    return redirect("retention:hold", hold)


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@permission_required("retention.govern", raise_exception=True)
def make_exception(request: PersonRequest) -> HttpResponse:
    form = ExceptionForm(request.POST or None)
    if form.is_valid():
        references = form.cleaned_data["references"]
        made = retention.except_(references, user=request.user, **form.wanted())
        messages.success(request, f"{len(made)} of {len(references)} documents are kept longer.")
        return redirect("retention:clocks")
    return render(
        request, "retention/exception.html", {"form": form}, status=422 if request.POST else 200
    )


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@permission_required("retention.govern", raise_exception=True)
def tell(request: PersonRequest) -> HttpResponse:
    """When a contract ended, or whatever else a clock starts from that only a person knows."""
    form = MomentForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        start = {"start": Start(said["start"]), "on": said["on"]}
        told = retention.tell(said["references"], user=request.user, **start)
        messages.success(request, f"The clocks of {told} documents start then.")
        return redirect("retention:clocks")
    return render(
        request, "retention/moment.html", {"form": form}, status=422 if request.POST else 200
    )


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.govern", raise_exception=True)
def end_exception(request: PersonRequest, exception: UUID) -> HttpResponse:
    own = PolicyException.objects.filter(organisation_id=organisation_of(request))
    retention.end_exception(
        get_object_or_404(own.select_related("document"), pk=exception), user=request.user
    )
    messages.success(request, "The exception is over; the policy counts again.")
    return redirect("retention:clocks")


def _hold(
    request: PersonRequest,
    found: Hold,
    *,
    reason: ReasonForm | None = None,
    sign: SignForm | None = None,
) -> HttpResponse:
    covered = found.held.count()
    context = {
        "hold": found,
        "covered": covered,
        "scope": retention.scope_in_words(found),
        "references": retention.references_of(found)[:SHOWN],
        "can_lift": bool(found.lift_asked_at) and permissions.can_lift(request.user, found),
        "reason": reason or ReasonForm(),
        "form": sign or SignForm(is_theirs=lambda password: False),
        "now": timezone.now(),
    }
    failed = reason is not None or sign is not None
    return render(request, "retention/hold.html", context, status=422 if failed else 200)


def _of(request: PersonRequest, pk: UUID) -> Hold:
    own = Hold.objects.filter(organisation_id=organisation_of(request))
    people = own.select_related("placed_by", "lift_asked_by", "lifted_by")
    return get_object_or_404(people, pk=pk)


def _report(placed: retention.Placed) -> str:
    """What a new hold found, in a sentence or three."""
    said = f"{placed.hold.reference} holds {placed.documents:,} documents."
    if placed.gone:
        said += f" Of {placed.gone:,} nothing was left."
    if placed.unknown:
        said += f" Not found: {', '.join(placed.unknown[:20])}."
    return said
