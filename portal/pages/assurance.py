"""How reliable reading is, for those who answer for it; and the standard it is held to."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.extraction import standards
from apps.extraction.permissions import can_set_standard, check_can_set_standard
from apps.extraction.standards import Demanded
from portal.assurance import AUDIT_SHARES, Assurance, assurance, choices
from portal.templatetags.ui import percent

FEW = 5  # earlier choices on the page


class StandardForm(forms.Form):
    """A target and a share to choose from, and why."""

    error_target = forms.TypedChoiceField(coerce=float)
    audit_share = forms.TypedChoiceField(coerce=float)
    reason = forms.CharField(min_length=5, max_length=300, widget=forms.Textarea({"rows": 2}))

    def __init__(self, known: Assurance, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["error_target"].choices = [  # type: ignore[attr-defined]
            (one.error_target, f"{percent(one.error_target)} · {percent(one.review)} looked at")
            for one in choices(known.known)
        ]
        self.fields["audit_share"].choices = [  # type: ignore[attr-defined]
            (share, percent(share)) for share in AUDIT_SHARES
        ]


@exposes(Exposure.NOTHING)
@require_http_methods(["GET", "POST"])
@permission_required("extraction.view_figures", raise_exception=True)
def reading(request: PersonRequest) -> HttpResponse:
    """The curves of one engine; whoever may sets the standard here."""
    organisation = request.user.organisation_id
    if organisation is None:
        raise Http404
    known = assurance(organisation, engine=request.GET.get("engine", ""))
    if request.method == "POST":
        check_can_set_standard(request.user)
        return _set(request, known)
    return _page(request, known, StandardForm(known, initial=_initial(known.demanded)))


def _set(request: PersonRequest, known: Assurance) -> HttpResponse:
    form = StandardForm(known, request.POST)
    if not form.is_valid():
        return _page(request, known, form, status=422)
    said = form.cleaned_data
    demanded = Demanded(said["error_target"], said["audit_share"])
    standards.choose(demanded, reason=said["reason"], user=request.user)
    messages.success(request, "Set. It holds for every document that is read from now on.")
    return redirect("assurance_reading")


def _page(
    request: PersonRequest, known: Assurance, form: StandardForm, *, status: int = 200
) -> HttpResponse:
    assert request.user.organisation_id is not None
    context = {
        "assurance": known,
        "form": form,
        "may_set": can_set_standard(request.user),
        "history": standards.history(request.user.organisation_id, count=FEW),
    }
    return render(request, "assurance/reading.html", context, status=status)


def _initial(demanded: Demanded) -> dict[str, float]:
    return {"error_target": demanded.error_target, "audit_share": demanded.audit_share}
