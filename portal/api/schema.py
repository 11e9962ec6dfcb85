"""What the API says of itself: OpenAPI 3.1, with keys, problems and examples."""

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2

from apps.audit.exposure import Exposure, exposes
from portal.api.problems import MEDIA_TYPE, problem

NOTE = "x-spec-enum-id"
EVERYWHERE = (401, 403, 429)
PROBLEMS: dict[str, tuple[int, ...]] = {  # by operation, beside those that are everywhere
    "submit_document": (400, 404, 409, 413, 415, 422, 503),
    "list_jobs": (400,),
    "follow_job": (404,),
    "fetch_result": (404, 410, 503),
    "fetch_transcript": (404, 409, 410, 503),
    "withdraw_consent": (404, 409, 503),
    "list_disposals": (400,),
    "fetch_record": (404, 503),
}
WORDS = {
    400: "The request is not what it should be; `errors` says which parts",
    401: "No key, or one that is not valid",
    403: "The key's scopes or its account's role do not include it",
    404: "It is not there, or not for this key",
    409: "It cannot be done as things stand: the token was used, or only a person may do it",
    410: "It was erased, as promised",
    413: "The file is too large",
    415: "The request is no form",
    422: "The file is not taken; nothing of it was kept",
    429: "Too many requests, or too many wrong keys; `Retry-After` says how long to wait",
    503: "Something we lean on is down",
}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). It never repeats what was sent.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people."},
        "code": {"type": "string", "description": "A word for programs."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["part", "detail"],
                "properties": {"part": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "portal.api.keys.ByKey"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        about = "An API key of a service account, issued by the organisation's admin."
        return {"type": "http", "scheme": "bearer", "description": about}


@exposes(Exposure.NOTHING)
@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The schema as JSON, or as YAML for whoever asks for that; it is the same for everybody."""
    if "yaml" in request.headers.get("Accept", "") or request.GET.get("format") == "yaml":
        return HttpResponse(_written(OpenApiYamlRenderer2), content_type="application/yaml")
    return HttpResponse(_written(OpenApiJsonRenderer2), content_type="application/json")


def with_problems(result: dict[str, Any], **_: object) -> dict[str, Any]:
    """Tell of every operation which problems it answers with."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for operation in _operations(result):
        for status in sorted({*EVERYWHERE, *PROBLEMS[operation["operationId"]]}):
            operation["responses"][str(status)] = _response(status)
    cleaned: dict[str, Any] = _without_ids(result)
    return cleaned


def _without_ids(part: Any) -> Any:
    """Take out what the library notes for itself."""
    if isinstance(part, dict):
        kept = {key: value for key, value in part.items() if key != NOTE}
        return {key: _without_ids(value) for key, value in kept.items()}
    return [_without_ids(one) for one in part] if isinstance(part, list) else part


def _operations(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in result["paths"].values() for operation in path.values()]


def _response(status: int) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": problem(status)}
    answer: dict[str, Any] = {"description": WORDS[status], "content": {MEDIA_TYPE: content}}
    if status == 429:
        about = "Seconds to wait."
        answer["headers"] = {"Retry-After": {"description": about, "schema": {"type": "integer"}}}
    return answer


@cache
def _written(renderer: Any) -> bytes:
    """Written once a process: it depends on nothing but the code."""
    generator: Any = SchemaGenerator
    drawn = generator().get_schema(request=None, public=True)
    written: bytes = renderer().render(drawn, renderer_context={})
    return written
