"""What went wrong, as problem details: a plain sentence, a code, and no content.

Libraries quote what they stumbled over in their messages, so none of their messages is passed on.

Source: RFC 9457.
"""

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response

from apps.accounts.middleware import is_api
from apps.base import errors
from apps.base.errors import NotFound, PortalError
from apps.intake.screening import Refusal, Refused

MEDIA_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="arrowslit"'
KEPT = ("Allow", "Retry-After", "WWW-Authenticate", "Cache-Control", "Vary")  # of a page's headers

SENTENCES = {
    400: "The request could not be understood. Nothing was changed.",
    401: "Send a key: Authorization: Bearer and the key.",
    403: "This key may not do that.",
    404: str(NotFound()),
    405: "This address does not do that.",
    409: "That is not possible now.",
    410: "This content no longer exists. It was erased, as promised when it was sent.",
    413: "That is too much at once. Nothing was kept.",
    415: "Send a form: multipart/form-data.",
    422: "Not a document we read. Use PDF, JPEG, PNG, TIFF or HEIC. We kept nothing.",
    429: "Too many requests. Wait, then try again.",
    500: "Something broke on our side. Nothing you sent was logged.",
    503: "Not at the moment. Try again later.",
}
CODES = {  # where an error of ours did not bring its own
    error.status: error.__name__
    for error in (
        errors.NotKnown,
        errors.NotAllowed,
        errors.NotFound,
        errors.NotPossible,
        errors.Gone,
        errors.Unreadable,
        errors.TooMany,
        errors.Unavailable,
    )
}
ABOUT_FIELDS = {  # by the code of a library's error
    "required": "This is missing.",
    "null": "This is missing.",
    "blank": "This is empty.",
    "empty": "This is empty.",
    "invalid_choice": "This is none of the choices.",
    "max_length": "This is too long.",
    "unknown": "There is no such part.",
    "pages": "Write pages like 1-3, 5, last.",
    "basis": "This purpose cannot rest on that legal basis.",
    "transcript": "This purpose allows fields only, no transcript.",
    "token": "Send one header Idempotency-Key of 1 to 128 visible characters.",
    "file": "Send exactly one file.",
}
WHOLE = "non_field_errors"  # how the library calls what concerns no part in particular
NO_SENTENCE = "This is not what it should be."
STATUS_OF_REFUSAL = {Refusal.TOO_LARGE: 413}


class ProblemsOnly:
    """No page of an error leaves the API: what is not a problem yet is made one."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.answer(request)
        kind = response.headers.get("Content-Type", "")
        if response.status_code < 400 or not is_api(request) or kind == MEDIA_TYPE:
            return response
        return _in_place_of(response)


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to an exception of a view; None for what nobody expected."""
    match error:
        case Refused():
            status = STATUS_OF_REFUSAL.get(error.refusal, error.status)
            return _answer(status, str(error), code=f"Refused.{error.refusal}")
        case PortalError():
            return _answer(error.status, str(error), code=error.code, wait=_wait(error))
        case Http404() | PermissionDenied():
            return _answer(404 if isinstance(error, Http404) else 403)
        case ValidationError():
            return _answer(400, errors=list(_errors(error.detail)))
        case APIException():
            return _answer(error.status_code, wait=_wait(error))
        case RequestDataTooBig() | TooManyFieldsSent() | TooManyFilesSent():
            return _answer(413)
        case UnreadablePostError():
            return _answer(400)
    return None


def problem(status: int, sentence: str = "", *, code: str = "", **more: Any) -> dict[str, Any]:
    """A problem's details; `about:blank` says that the status is all there is to its type."""
    phrase = HTTPStatus(status).phrase
    return {
        "type": "about:blank",
        "title": phrase,
        "status": status,
        "detail": sentence or SENTENCES.get(status, SENTENCES[400]),
        "code": code or CODES.get(status) or phrase.title().replace(" ", ""),
        **more,
    }


def _answer(status: int, sentence: str = "", *, wait: int | None = None, **more: Any) -> Response:
    details = problem(status, sentence, **{key: value for key, value in more.items() if value})
    response = Response(details, status=status, content_type=MEDIA_TYPE)
    if status == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _in_place_of(page: HttpResponseBase) -> HttpResponse:
    kept = {name: page.headers[name] for name in KEPT if name in page.headers}
    details = problem(page.status_code)
    return JsonResponse(details, status=page.status_code, content_type=MEDIA_TYPE, headers=kept)


def _wait(error: Exception) -> int | None:
    """Seconds."""
    wait: float | None = getattr(error, "wait", None)  # ours, and the library's throttle
    return None if wait is None else max(1, round(wait))


def _errors(details: Any, part: str = "") -> Iterator[dict[str, str]]:
    """One entry for each thing wrong with the request: its part, and a sentence of ours."""
    if isinstance(details, dict):
        for name, inner in details.items():
            yield from _errors(inner, part or str(name).replace(WHOLE, ""))
    elif isinstance(details, list):
        for inner in details:
            yield from _errors(inner, part)
    elif isinstance(details, ErrorDetail):
        yield {"part": part, "detail": ABOUT_FIELDS.get(details.code or "", NO_SENTENCE)}
