"""Withdraw consent, and see what waits for a look, through the API."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.decorators import method_decorator
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.requests import ProgramRequest
from apps.accounts.scopes import Scope
from apps.audit.exposure import Exposure, exposes
from apps.intake.models import Document
from apps.retention import queue, statements
from apps.retention import services as retention
from apps.retention.models import Withdrawal
from apps.retention.serializers import (
    DISPOSAL_EXAMPLE,
    WITHDRAWN_EXAMPLE,
    DisposalsQuery,
    DisposalsSerializer,
    WithdrawnSerializer,
)


@method_decorator(exposes(Exposure.NOTHING), name="dispatch")
class Withdraw(APIView):
    scope = Scope.WITHDRAW
    http_method_names = ["post"]

    @extend_schema(
        operation_id="withdraw_consent",
        summary="Withdraw the consent for everything sent together with a document",
        description=(
            "Work stops, and what no legal hold and no law keeps is erased at once. A second call "
            "gives the first receipt."
        ),
        request=None,
        responses=WithdrawnSerializer,
        examples=[OpenApiExample("Withdrawn", WITHDRAWN_EXAMPLE)],
    )
    def post(self, request: ProgramRequest, reference: str) -> Response:
        visible = Document.objects.visible_to(request.user)
        document = get_object_or_404(
            visible.select_related("submission", "original"), reference=reference
        )
        made = Withdrawal.objects.filter(submission=document.submission_id).first()
        if made is None:
            retention.withdraw(document, user=request.user)
            made = Withdrawal.objects.get(submission=document.submission_id)
        signature = bytes(made.signature)
        said = statements.envelope(bytes(made.body), signature=signature, key=made.key)
        return Response(WithdrawnSerializer({"number": made.number, **said}).data)


@method_decorator(exposes(Exposure.NOTHING), name="dispatch")
class Disposals(APIView):
    scope = Scope.DISPOSALS
    http_method_names = ["get", "head"]

    @extend_schema(
        operation_id="list_disposals",
        summary="List what has run out and waits for somebody to look",
        description="Counts and facts of what the account sent itself, no content.",
        parameters=[DisposalsQuery],
        responses=DisposalsSerializer,
        examples=[OpenApiExample("One page", {"disposals": [DISPOSAL_EXAMPLE], "next": None})],
    )
    def get(self, request: ProgramRequest) -> Response:
        query = DisposalsQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        rows = queue.waiting(
            request.user,
            after=queue.place_of(wanted.get("after", "")),
            count=wanted["count"],
            now=timezone.now(),
        )
        place = queue.following(rows, wanted["count"])
        following = _address(request, place) if place else None
        return Response(DisposalsSerializer({"disposals": rows, "next": following}).data)


def _address(request: ProgramRequest, place: str) -> Any:
    query = request.query_params.copy()
    query["after"] = place
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
