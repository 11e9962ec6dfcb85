from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.requests import PersonRequest
from apps.audit.exposure import Exposure, exposes
from apps.retention import queue
from apps.retention import services as retention
from apps.retention.forms import ExtendForm, SignForm
from apps.retention.models import Disposal
from apps.retention.views.asked import signed_by

PAGE = 50  # rows


@exposes(Exposure.NOTHING)
@require_GET
@permission_required(["retention.view_disposals", "retention.view_clocks"], raise_exception=True)
def disposals(request: PersonRequest) -> HttpResponse:
    """What has run out and waits for somebody to look: counts and facts, no content."""
    return _page(request)


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.govern", raise_exception=True)
def agree(request: PersonRequest) -> HttpResponse:
    """A signature under what was chosen, with one's password once more."""
    form = signed_by(request)
    if not form.is_valid():
        return _page(request, sign=form)
    done, left = retention.agree(_chosen(request), user=request.user, now=timezone.now())
    second = f" {left} wait for a second person." if left else ""
    messages.success(request, f"{done} are erased within a minute.{second}")
    return redirect("retention:disposals")


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.govern", raise_exception=True)
def extend(request: PersonRequest) -> HttpResponse:
    """Keep what was chosen longer, until a day and for a reason."""
    form = ExtendForm(request.POST)
    if not form.is_valid():
        return _page(request, longer=form)
    made = retention.extend(_chosen(request), user=request.user, **form.cleaned_data)
    messages.success(request, f"{len(made)} are kept longer, and come back then.")
    return redirect("retention:disposals")


@exposes(Exposure.NOTHING)
@require_POST
@permission_required("retention.govern", raise_exception=True)
def hold(request: PersonRequest) -> HttpResponse:
    """On to a new legal hold, on the documents that were chosen."""
    rows = Disposal.objects.visible_to(request.user).filter(pk__in=_chosen(request))
    names = rows.order_by("pk").values_list("document__reference", flat=True).distinct()
    return redirect(f"{reverse('retention:place')}?references={','.join(names)}")


def _page(
    request: PersonRequest, *, sign: SignForm | None = None, longer: ExtendForm | None = None
) -> HttpResponse:
    rows = queue.waiting(
        request.user,
        after=queue.place_of(request.GET.get("after", "")),
        count=PAGE,
        now=timezone.now(),
    )
    context = {
        "rows": rows,
        "following": queue.following(rows, PAGE),
        "form": sign or SignForm(is_theirs=lambda password: False),
        "longer": longer or ExtendForm(),
        "chosen": set(_chosen(request)) if request.POST else set(),
    }
    failed = sign is not None or longer is not None
    return render(request, "retention/disposals.html", context, status=422 if failed else 200)


def _chosen(request: PersonRequest) -> list[UUID]:
    """What was ticked; what is no id is nothing."""
    found = []
    for said in request.POST.getlist("chosen")[:PAGE]:
        try:
            found.append(UUID(said))
        except ValueError:
            continue
    return found
