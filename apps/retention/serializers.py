"""What programs read of erasures that wait, and of a consent that was withdrawn."""

from typing import Any

from rest_framework import serializers

from apps.base.serializers import StrictSerializer
from apps.intake.references import PATTERN

MOST = 100  # rows in one answer
DISPOSAL_EXAMPLE: dict[str, Any] = {
    "reference": "7KQ-52F",
    "kind": "original",
    "count": 1,
    "size": 48213,
    "due_at": "2026-03-26T09:14:02Z",
    "policy": "default v5",
    "signatures": 2,
    "signed": 1,
    "held": False,
}
WITHDRAWN_EXAMPLE: dict[str, Any] = {
    "number": "WR-20260326-0914-4E9AC3",
    "statement": "{...}",
    "signature": "9f...",
    "key": "01961b7e-0000-7000-8000-000000000000",
}


class DisposalsQuery(StrictSerializer):
    """Which rows to list."""

    after = serializers.CharField(required=False, help_text="Taken from `next`.")
    count = serializers.IntegerField(min_value=1, max_value=MOST, default=25)


class DisposalSerializer(serializers.Serializer[Any]):
    reference = serializers.RegexField(PATTERN, source="disposal.document.reference")
    kind = serializers.CharField(source="disposal.kind", help_text="Class of artifact.")
    count = serializers.IntegerField()
    size = serializers.IntegerField(help_text="Bytes, all together.")
    due_at = serializers.DateTimeField(source="disposal.due_at")
    policy = serializers.CharField(source="disposal.policy")
    signatures = serializers.IntegerField(
        source="disposal.signatures", help_text="How many people must agree."
    )
    signed = serializers.IntegerField(source="disposal.signed", help_text="How many have.")
    held = serializers.BooleanField(source="is_held", help_text="By a legal hold.")


class DisposalsSerializer(serializers.Serializer[Any]):
    """A page of what waits for a look, the longest overdue first."""

    disposals = DisposalSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The page that follows.")


class WithdrawnSerializer(serializers.Serializer[Any]):
    """The signed receipt: what became of everything that was sent together."""

    number = serializers.CharField()
    statement = serializers.CharField(help_text="JSON, exactly as it was signed.")
    signature = serializers.CharField(help_text="Ed25519, hexadecimal.")
    key = serializers.CharField(help_text="Id of the key that signed.")
