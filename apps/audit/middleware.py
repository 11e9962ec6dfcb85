"""The two ends of every request: where it came from, and what it may hand out."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from apps.audit import services as audit
from apps.audit.context import Origin, digest_of_address, origin
from apps.audit.covering import covered
from apps.audit.exposure import DECLARED, PROOF, Exposure
from apps.audit.tags import Outcome, Tag
from apps.base.errors import Unavailable
from apps.base.ids import uuid7

Answer = Callable[[HttpRequest], HttpResponseBase]

NOT_RECORDED = "This could not be recorded, so it was not shown. Try again."


class RequestOrigin:
    """Gives each request an id, and events a way to learn it."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        address = digest_of_address(_address(request), key=settings.ADDRESS_KEY)
        token = origin.set(Origin(request_id=str(uuid7()), address=address))
        try:
            return self.answer(request)
        finally:
            origin.reset(token)


class AccessAudit:
    """Withholds content that was not recorded.

    A view says with `@exposes` what it hands out. One that says nothing is refused before it
    runs; one that answers with content but recorded no access is refused after it ran. Where what
    it recorded has to be sealed first, the answer waits for that, or is refused too.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        if response.status_code == 403:
            record_denial(request)
        known = origin.get() or Origin()
        exposed = declared_by(request)
        shows = exposed not in (None, Exposure.NOTHING) and 200 <= response.status_code < 300
        if shows and not PROOF[exposed or Exposure.NOTHING] & known.recorded:
            return withheld(Unavailable(NOT_RECORDED))
        if known.unsealed and response.status_code < 400:
            try:
                covered(*known.unsealed)
            except Unavailable as error:
                return withheld(error)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., object], args: object, kwargs: object
    ) -> None:
        if declared_by(request) is None:
            raise ImproperlyConfigured(f"{request.resolver_match} does not say what it exposes.")


def declared_by(request: HttpRequest) -> Exposure | None:
    """What the view of a request says that it exposes; None if it says nothing."""
    match = request.resolver_match
    if match is None:
        return Exposure.NOTHING  # no address, no view: a 404 page
    stated = getattr(match.func, DECLARED, None)
    if stated is None and set(match.app_names or [match.view_name]) & _outside():
        return Exposure.NOTHING
    return stated


@transaction.atomic
def record_denial(request: HttpRequest) -> None:
    """Put on the trail that a person may not do what they tried; of nobody there is no event."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return
    match = request.resolver_match
    audit.record(
        Tag.ACCESS_DENIED,
        actor=user.actor,
        subject=(match.view_name if match else "") or "unknown",
        organisation=user.organisation_id,
        outcome=Outcome.DENIED,
        method=request.method or "",
    )


def withheld(error: Unavailable) -> HttpResponse:
    return HttpResponse(str(error), status=error.status, content_type="text/plain")


def _outside() -> set[str]:
    """Views that are not ours and know no documents, by name."""
    return set(settings.EXPOSES_NOTHING)


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
