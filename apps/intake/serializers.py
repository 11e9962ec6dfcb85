"""The terms that come with a document through the API: the form's, in the form's words."""

from typing import Any

from rest_framework import serializers

from apps.accounts.models import ApiKey
from apps.base.errors import NotFound, Unreadable
from apps.base.serializers import StrictSerializer
from apps.intake import pages, purposes
from apps.intake.screening import Channel
from apps.intake.services import MOST_DAYS, Terms

FILE = "file"  # the part that holds the document; it is sealed before anyone reads the others


class TermsSerializer(StrictSerializer):
    """What a sender says; which classes and fields there are is told from above."""

    elsewhere = frozenset({FILE})

    workspace = serializers.UUIDField(
        required=False, help_text="The key's own workspace; another one is not there for it."
    )
    purpose = serializers.ChoiceField(
        choices=[(one.name, one.title) for one in purposes.load().purposes.values()]
    )
    basis = serializers.ChoiceField(
        choices=[(one.name, one.title) for one in purposes.load().bases.values()]
    )
    manual_review = serializers.BooleanField(
        default=False, help_text="May a person look at doubtful fields, through a slit?"
    )
    model_improvement = serializers.BooleanField(
        default=False, help_text="May the document be used to improve recognition?"
    )
    transcript = serializers.BooleanField(
        default=False,
        help_text="Keep the whole text too, on its own clock? Only some purposes allow it.",
    )
    keep_days = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=MOST_DAYS,
        help_text="Erase all of it after so many days at the latest. Shorter than the policy only.",
    )
    pages = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=pages.LONGEST,
        help_text="Like 1-3, 5, last. Other pages are never stored. Empty: all.",
    )
    declared_signed = serializers.BooleanField(
        default=False,
        help_text="Is it a signed original? A PDF is then preserved whole, with a record.",
    )
    again = serializers.BooleanField(
        default=False, help_text="Send it although it was sent before."
    )

    def validate_pages(self, wanted: str) -> str:
        try:
            pages.check(wanted)
        except Unreadable as error:
            raise serializers.ValidationError(code="pages") from error
        return wanted.strip()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        purpose = purposes.load().purposes[attrs["purpose"]]
        if attrs["basis"] not in purpose.bases:
            raise serializers.ValidationError({"basis": serializers.ErrorDetail("", "basis")})
        if attrs["transcript"] and not purpose.transcript:
            detail = serializers.ErrorDetail("", "transcript")
            raise serializers.ValidationError({"transcript": detail})
        return attrs

    def terms(self, *, key: ApiKey, token: Any) -> Terms:
        """Raises NotFound for a workspace that is not the key's."""
        said = self.validated_data
        if said.get("workspace", key.workspace_id) != key.workspace_id:
            raise NotFound("There is no such workspace for you.")
        return Terms(
            workspace=key.workspace,
            token=token,
            purpose=said["purpose"],
            basis=said["basis"],
            manual_review=said["manual_review"],
            model_improvement=said["model_improvement"],
            transcript=said["transcript"],
            keep_days=said.get("keep_days"),
            doctype=said.get("doctype", ""),
            fields=tuple(sorted(set(said.get("wanted", ())))),
            pages=said.get("pages", ""),
            declared=said["declared_signed"],
            channel=Channel.API,
            again=said["again"],
            alone=True,
        )
