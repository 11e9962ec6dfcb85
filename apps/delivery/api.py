"""Jobs and their results through the API."""

from typing import Any

from django.utils.decorators import method_decorator
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import ProgramRequest
from apps.accounts.scopes import Scope
from apps.audit.exposure import Exposure, exposes
from apps.delivery import overview
from apps.delivery import services as delivery
from apps.delivery.forms import STATES
from apps.delivery.serializers import (
    JOB_EXAMPLE,
    RESULT_EXAMPLE,
    TRANSCRIPT_EXAMPLE,
    WAY_EXAMPLE,
    FollowedSerializer,
    JobsQuery,
    JobsSerializer,
    ResultSerializer,
    TranscriptSerializer,
)


class ReadOnly(APIView):  # its words would be those of each address in the API's description
    http_method_names = ["get", "head"]


@method_decorator(exposes(Exposure.NOTHING), name="dispatch")
class Jobs(ReadOnly):
    scope = Scope.STATE

    @extend_schema(
        operation_id="list_jobs",
        summary="List your own jobs, newest first",
        parameters=[JobsQuery],
        responses=JobsSerializer,
        examples=[OpenApiExample("One page", {"jobs": [JOB_EXAMPLE], "next": None})],
    )
    def get(self, request: ProgramRequest) -> Response:
        query = JobsQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        rows = overview.listed(
            request.user,
            states=STATES[wanted["state"]][1] if "state" in wanted else None,
            before=wanted.get("before"),
            count=wanted["count"],
        )
        following = _following(request, rows) if len(rows) == wanted["count"] else None
        return Response(JobsSerializer({"jobs": rows, "next": following}).data)


@method_decorator(exposes(Exposure.NOTHING), name="dispatch")
class Job(ReadOnly):
    scope = Scope.STATE

    @extend_schema(
        operation_id="follow_job",
        summary="Follow one job",
        responses=FollowedSerializer,
        examples=[OpenApiExample("Delivered", {**JOB_EXAMPLE, **WAY_EXAMPLE})],
    )
    def get(self, request: ProgramRequest, reference: str) -> Response:
        job = overview.followed(request.user, reference=reference)
        return Response(FollowedSerializer(job).data)


@method_decorator(exposes(Exposure.RESULT), name="dispatch")
class Result(ReadOnly):
    scope = Scope.RESULT

    @extend_schema(
        operation_id="fetch_result",
        summary="Fetch the typed result of a job, masked",
        responses=ResultSerializer,
        examples=[OpenApiExample("Masked", RESULT_EXAMPLE)],
    )
    def get(self, request: ProgramRequest, reference: str) -> Response:
        content = delivery.download_by_reference(reference, user=request.user)
        return Response(ResultSerializer(content).data)


@method_decorator(exposes(Exposure.TRANSCRIPT), name="dispatch")
class Transcript(ReadOnly):
    scope = Scope.TRANSCRIPT

    @extend_schema(
        operation_id="fetch_transcript",
        summary="Fetch the whole text of a document, if it was asked for",
        responses=TranscriptSerializer,
        examples=[OpenApiExample("One page", TRANSCRIPT_EXAMPLE)],
    )
    def get(self, request: ProgramRequest, reference: str) -> Response:
        content = delivery.transcript_by_reference(reference, user=request.user)
        return Response(TranscriptSerializer(content).data)


def _following(request: ProgramRequest, rows: list[overview.Listed]) -> Any:
    query = request.query_params.copy()
    query["before"] = str(rows[-1].document.pk)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
