"""Who is asking: signed in, not gone quiet, and seeing one organisation only."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from apps.base.scope import acting_for

Answer = Callable[[HttpRequest], HttpResponseBase]

REMEMBER_EVERY = 30  # seconds between two writes of the same session


def wants_json(request: HttpRequest) -> bool:
    """Whether a module of ours is asking, and not a person's browser."""
    return request.headers.get("Accept", "").startswith("application/json")


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
