from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.requests import PersonRequest, organisation_of
from apps.audit.exposure import Exposure, exposes
from apps.intake import services as intake
from apps.intake.models import Switch, Use
from apps.retention import services as retention
from apps.retention.forms import UseForm

FEW = 20  # earlier turns
WORDS: dict[Use, tuple[str, str]] = {
    Use.PROCESSING: (
        "Processing",
        "Off: nothing is taken, and no job begins its next step until it is on again.",
    ),
    Use.ANALYTICS: (
        "Analytics",
        "Counts of what machines and people did, never of one document. Off: nothing is counted.",
    ),
    Use.IMPROVEMENT: (
        "Improvement",
        "Learning from documents whose senders allow it. Off: from none, whatever they allow.",
    ),
}


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@permission_required("retention.govern", raise_exception=True)
def uses(request: PersonRequest) -> HttpResponse:
    """What the organisation does with documents at all; each is turned on and off by itself."""
    organisation, form = organisation_of(request), UseForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        use, on = Use(said["use"]), bool(said["on"])
        retention.turn(use, on=on, reason=said["reason"], user=request.user)
        messages.success(request, f"{WORDS[use][0]} is {'on' if on else 'off'}.")
        return redirect("retention:uses")
    context = {
        "form": form,
        "uses": [(use, *WORDS[use], intake.allows(organisation, use)) for use in Use],
        "turns": Switch.objects.filter(organisation_id=organisation)
        .select_related("turned_by")
        .order_by("-id")[:FEW],
    }
    return render(request, "retention/uses.html", context, status=422 if request.POST else 200)
