"""Submit a document: the same sealing on its way in, the same terms, the same service."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid5

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.decorators import method_decorator
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.accounts.requests import ProgramRequest
from apps.accounts.scopes import Scope
from apps.audit.exposure import Exposure, exposes
from apps.intake import services as intake
from apps.intake.arrival import Arrival
from apps.intake.screening import Refusal, Refused
from apps.intake.serializers import FILE
from apps.intake.upload import SealingHandler
from portal.api.serializers import SubmitForm, SubmitSerializer, SubmittedSerializer

HEADER = "Idempotency-Key"
LONGEST_TOKEN = 128  # characters
TOKEN = {"type": "string", "pattern": f"^[!#-~]{{1,{LONGEST_TOKEN}}}$", "example": "invoice-17"}
SUBMITTED = {
    "reference": "7KQ-52F",
    "job": "https://portal.example/api/v1/jobs/7KQ-52F/",
}
ROOM_FOR_TERMS = 1 << 20  # bytes of a request beside its file


@method_decorator(exposes(Exposure.NOTHING), name="dispatch")
class Documents(APIView):
    scope = Scope.SUBMIT
    http_method_names = ["post"]

    @extend_schema(
        operation_id="submit_document",
        summary="Submit a document",
        description="The same token with the same file under the same terms is the same job.",
        parameters=[OpenApiParameter(HEADER, TOKEN, OpenApiParameter.HEADER, required=True)],
        request={"multipart/form-data": SubmitForm},
        responses={201: SubmittedSerializer, 200: SubmittedSerializer},
        examples=[OpenApiExample("Submitted", SUBMITTED, response_only=True)],
    )
    def post(self, request: ProgramRequest) -> Response:
        token = _token(request)
        with _sealing(request._request, request.user) as handler:
            said = SubmitSerializer(data=request.data)
            said.is_valid(raise_exception=True)
            terms = said.terms(key=request.auth, token=token)
            arrival = _only(handler)
            document = intake.receive(arrival, terms=terms, sender=request.user)
        path = reverse("api:job", args=[document.reference])
        address = request.build_absolute_uri(path)
        body = SubmittedSerializer({"reference": document.reference, "job": address}).data
        status = 201 if document.pk == arrival.document else 200
        return Response(body, status=status, headers={"Location": path})


@contextmanager
def _sealing(request: HttpRequest, sender: User) -> Iterator[SealingHandler]:
    """Seal while the request is read. Whatever does not become a document leaves nothing."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.LARGEST_FILE + ROOM_FOR_TERMS:
        intake.refuse(Refusal.TOO_LARGE, sender=sender)
        raise Refused(Refusal.TOO_LARGE)
    assert sender.organisation_id is not None  # nobody else holds a key
    handler = SealingHandler(request, sender.organisation_id)
    request.upload_handlers = [handler]
    try:
        yield handler
    finally:
        handler.abort()


def _only(handler: SealingHandler) -> Arrival:
    if len(handler.arrivals) != 1:
        raise ValidationError({FILE: ErrorDetail("", "file")})
    return handler.arrivals.pop()


def _token(request: ProgramRequest) -> UUID:
    """The caller's token as one of ours: an account's tokens are its own, whatever key it used."""
    said = request.headers.get(HEADER, "").strip().strip('"')
    if not 1 <= len(said) <= LONGEST_TOKEN or not said.isascii() or not said.isprintable():
        raise ValidationError({HEADER: ErrorDetail("", "token")})
    return uuid5(request.user.pk, said)
