from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.requests import PersonRequest, organisation_of
from apps.audit.exposure import Exposure, exposes
from apps.retention import permissions
from apps.retention import services as retention
from apps.retention.board import board, proposal
from apps.retention.clocks import next_clocks
from apps.retention.forms import ChangeForm, SignForm
from apps.retention.history import history
from apps.retention.matrix import TITLES
from apps.retention.models import PolicyVersion, Standing
from apps.retention.views.asked import signed_by

CLOCKS = 12  # rows of what goes next


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("retention.view_clocks", raise_exception=True)
def overview(request: PersonRequest) -> HttpResponse:
    """How long each thing is kept, who decided, what goes next, and what proves it; no content."""
    return _overview(request)


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("retention.view_clocks", raise_exception=True)
def version(request: PersonRequest, version: int) -> HttpResponse:
    """One version: its rules with their reasons, and what it changed of the one before."""
    shown = _version(request, version)
    before = PolicyVersion.objects.filter(number__lt=version, standing="approved")
    last = before.order_by("-number").first()
    context = {
        "version": shown,
        "policy": retention.policy_of(shown),
        "proposal": proposal(shown, last) if last else None,
    }
    return render(request, "retention/version.html", context)


@exposes(Exposure.NOTHING)
@require_GET
@permission_required("retention.view_clocks", raise_exception=True)
def cell(request: PersonRequest) -> HttpResponse:
    """What one cell of the matrix said, version by version, and who signed it."""
    kind, about = request.GET.get("kind", "original"), request.GET.get("about", "all:")
    retention.version_in_force(organisation_of(request))
    versions = PolicyVersion.objects.filter(organisation_id=organisation_of(request))
    signed = versions.exclude(standing=Standing.DECLINED).order_by("number")
    try:
        said = history(signed.select_related("proposed_by", "decided_by"), kind=kind, about=about)
    except KeyError as error:
        raise Http404 from error
    context = {"title": TITLES[kind][0], "about": about.partition(":")[2], "said": said}
    return render(request, "retention/cell.html", context)


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@permission_required("retention.govern", raise_exception=True)
def propose(request: PersonRequest) -> HttpResponse:
    """One rule said anew, or what the files say; nothing changes before a second signature."""
    policy = retention.current_policy(organisation_of(request))
    form = ChangeForm(request.POST or None, policy=policy)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        made = retention.propose(form.changed(), reason=reason, user=request.user)
        messages.success(request, f"{made.name} is proposed. Somebody else has to sign it.")
        return redirect("retention:clocks")
    context = {"form": form, "policy": policy}
    return render(request, "retention/propose.html", context, status=422 if request.POST else 200)


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.govern", raise_exception=True)
def propose_files(request: PersonRequest) -> HttpResponse:
    """Put what the files in version control say before a second person."""
    made = retention.propose_files(reason="What the policy files say.", user=request.user)
    messages.success(request, f"{made.name} is proposed. Somebody else has to sign it.")
    return redirect("retention:clocks")


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.govern", raise_exception=True)
def approve(request: PersonRequest, version: int) -> HttpResponse:
    """The second signature, with one's password once more."""
    wanted = _version(request, version)
    permissions.check_can_approve(request.user, wanted)
    form = signed_by(request)
    if not form.is_valid():
        return _overview(request, form)
    made = retention.approve(wanted, user=request.user)
    messages.success(request, f"{made.name} is signed and takes effect in a day.")
    return redirect("retention:clocks")


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.govern", raise_exception=True)
def decline(request: PersonRequest, version: int) -> HttpResponse:
    wanted = _version(request, version)
    retention.decline(wanted, user=request.user)
    messages.success(request, f"{wanted.name} is declined. Nothing changes.")
    return redirect("retention:clocks")


def _overview(request: PersonRequest, form: SignForm | None = None) -> HttpResponse:
    shown = board(organisation_of(request), now=timezone.now())
    ahead = shown.ahead.version if shown.ahead else None
    context = {
        "board": shown,
        "clocks": next_clocks(request.user)[:CLOCKS],
        "form": form or SignForm(is_theirs=lambda password: False),
        "can_sign": ahead is not None and permissions.can_approve(request.user, ahead),
    }
    return render(request, "retention/overview.html", context, status=422 if form else 200)


def _version(request: PersonRequest, number: int) -> PolicyVersion:
    retention.version_in_force(organisation_of(request))  # there is one, also on the first day
    versions = PolicyVersion.objects.filter(organisation_id=organisation_of(request))
    return get_object_or_404(versions.select_related("proposed_by", "decided_by"), number=number)
