"""Who is asking: signed in or holding a key, not gone quiet, and seeing one organisation only."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from apps.accounts import services as accounts
from apps.base.errors import PortalError
from apps.base.scope import acting_for

Answer = Callable[[HttpRequest], HttpResponseBase]

BEARER = "Bearer "
REMEMBER_EVERY = 30  # seconds between two writes of the same session


def wants_json(request: HttpRequest) -> bool:
    """Whether a module of ours is asking, and not a person's browser."""
    return request.headers.get("Accept", "").startswith("application/json")


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(settings.API_ROOT)


class NoCookies:
    """Takes cookies away from whoever calls the API: no session, and nothing to forge."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_api(request):
            request.META.pop("HTTP_COOKIE", None)
            request.COOKIES = {}
        return self.answer(request)


class KeyHolder:
    """Knows who calls the API by the key they hold, before a byte of the body is read.

    Why a key is not valid is kept on the request, and told by the API in its own way.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if is_api(request):
            self._know(request)
        return self.answer(request)

    def _know(self, request: HttpRequest) -> None:
        request.user = AnonymousUser()
        request.key_trouble = None  # type: ignore[attr-defined]
        said = request.headers.get("Authorization", "")
        if not said:
            return
        try:
            token = said[len(BEARER) :].strip() if said.startswith(BEARER) else ""
            request.user = accounts.holder_of(token, address=request.META.get("REMOTE_ADDR", ""))
        except PortalError as trouble:
            request.key_trouble = trouble  # type: ignore[attr-defined]


class SignedInOnly(LoginRequiredMiddleware):
    """Every address needs a person, except those that say otherwise."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        if wants_json(request):
            message = "You were signed out. Sign in in another tab, then try again here."
            return JsonResponse({"error": "SignedOut", "message": message}, status=401)
        return super().handle_no_permission(request, view_func)


class QuietSignOut:
    """Signs out after quiet minutes, and after a working day whatever happens."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            self._watch(request)
        return self.answer(request)

    def _watch(self, request: HttpRequest) -> None:
        now = time.time()
        first = request.session.setdefault("first_seen", now)
        last = request.session.get("last_seen", now)
        if now - last > settings.QUIET_SECONDS or now - first > settings.SESSION_COOKIE_AGE:
            logout(request)
        elif now - last > REMEMBER_EVERY or "last_seen" not in request.session:
            request.session["last_seen"] = now


class OrganisationScope:
    """Opens the database's eyes for the person's organisation, and for no other."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated or request.user.organisation_id is None:
            return self.answer(request)
        with acting_for(request.user.organisation_id):
            return self.answer(request)
