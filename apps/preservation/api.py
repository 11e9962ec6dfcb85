"""Records through the API."""

from django.utils.decorators import method_decorator
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import ProgramRequest
from apps.accounts.scopes import Scope
from apps.audit.exposure import Exposure, exposes
from apps.preservation import services as preservation
from apps.preservation.serializers import RECORD_EXAMPLE, RecordSerializer
from apps.preservation.sheet import sheet


@method_decorator(exposes(Exposure.RECORD), name="dispatch")
class Record(APIView):
    scope = Scope.RECORD
    http_method_names = ["get", "head"]

    @extend_schema(
        operation_id="fetch_record",
        summary="Fetch the record of a signed original",
        responses=RecordSerializer,
        examples=[OpenApiExample("Just made", RECORD_EXAMPLE)],
    )
    def get(self, request: ProgramRequest, record: str) -> Response:
        found = preservation.named(record, user=request.user)
        page = sheet(found, user=request.user)
        preservation.shown(found, user=request.user, evidence=page.evidence)
        return Response(RecordSerializer(page).data)
