"""How the portal answers when something is wrong, and what a browser may keep of it."""

import logging
import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from whitenoise.storage import CompressedManifestStaticFilesStorage

from apps.accounts.middleware import wants_json
from apps.audit.exposure import Exposure, exposes
from apps.base.errors import PortalError

Answer = Callable[[HttpRequest], HttpResponseBase]

logger = logging.getLogger(__name__)

TITLES = {
    400: "That could not be understood",
    403: "This is not open to you",
    404: "There is nothing here for you",
    405: "That is not how this works",
    409: "That is not possible now",
    410: "This no longer exists",
    413: "That is too much at once",
    422: "That could not be read",
    429: "Too many tries",
    500: "Something broke on our side",
    503: "Not at the moment",
}
SENTENCES = {
    400: "Go back, reload the page and try again. Nothing was changed.",
    403: "Your role does not include it. Your organisation admin can change that.",
    404: "It may not exist, or it may belong to another team. We say the same in both cases.",
    500: "Nothing you typed was logged. Try again; if it stays, tell your administrator when it "
    "happened.",
}
NO_DATABASE = (
    "The database does not answer. What you sent before is safe. Try again in a minute; a file "
    "you were just sending may have to be sent again."
)


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Files whose names change with their content, so that browsers may keep them for ever."""

    support_js_module_import_aggregation = True


class NothingKept:
    """Tells browsers and proxies to keep no page of the portal."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        if "Cache-Control" not in response.headers:
            add_never_cache_headers(response)
            response.headers["Cache-Control"] = "no-store, private"
        return response


class PlainErrors:
    """Turns an anticipated failure into its sentence, as a page or as JSON."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, PortalError):
            return None
        return explain(request, error.status, str(error), code=error.code)


def explain(
    request: HttpRequest,
    status: int,
    sentence: str = "",
    *,
    code: str = "Error",
    plain: bool = False,
) -> HttpResponse:
    """The answer to a failure: what happened, and what to do; `plain` leaves the person out."""
    sentence = sentence or SENTENCES.get(status, "Go back and try again.")
    if wants_json(request):
        return JsonResponse({"error": code, "message": sentence}, status=status)
    context = {"status": status, "title": TITLES.get(status, TITLES[400]), "sentence": sentence}
    if plain:
        page = render_to_string("errors/error.html", {**context, "request": request})
        return HttpResponse(page, status=status)
    return render(request, "errors/error.html", context, status=status)


@exposes(Exposure.NOTHING)
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return explain(request, 400)


@exposes(Exposure.NOTHING)
def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    return explain(request, 403, code="NotAllowed")


@exposes(Exposure.NOTHING)
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return explain(request, 404, code="NotFound")


@exposes(Exposure.NOTHING)
def broke(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database for its page, which may be what broke."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return explain(request, 503, NO_DATABASE, code="Unavailable", plain=True)
    return explain(request, 500, code="Unforeseen", plain=True)


@exposes(Exposure.NOTHING)
def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not ours, or was open too long."""
    sentence = "This form was open too long, or came from elsewhere. Reload the page and send it."
    return explain(request, 403, sentence, code="Forged")
