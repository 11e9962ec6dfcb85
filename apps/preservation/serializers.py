"""Records as programs read them. Nothing says what is in the original."""

from typing import Any

from rest_framework import serializers

from apps.intake.references import PATTERN

RECORD_EXAMPLE: dict[str, Any] = {
    "reference": "PR-7KQ-52F",
    "job": "7KQ-52F",
    "title": "Contract, 3 pages",
    "sha256": "878ca2a6" * 8,
    "sha512": "878ca2a6" * 16,
    "size": 201877,
    "media_type": "application/pdf",
    "received_at": "2026-11-14T09:27:41Z",
    "sealed_at": "2026-11-14T09:27:43Z",
    "channel": "API",
    "declared": False,
    "found": "signature field",
    "kept_until": "2036-11-14T09:27:41Z",
    "disposed_at": None,
    "signatures": [],
    "derived": [],
    "corrections": [],
    "inclusion": None,
    "note": "Derived text is never a substitute for the original.",
}


class DerivedSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    sha256 = serializers.CharField(allow_blank=True, help_text="Empty: fields, each sealed alone.")
    tool = serializers.CharField(allow_blank=True, help_text="Name and version.")
    made_at = serializers.DateTimeField()
    gone_at = serializers.DateTimeField(allow_null=True)


class CorrectionSerializer(serializers.Serializer[Any]):
    what = serializers.CharField()
    at = serializers.DateTimeField()


class InclusionSerializer(serializers.Serializer[Any]):
    """SHA-256(00 ‖ body) is the leaf; with the path it makes the root that is signed."""

    body = serializers.CharField()
    leaf = serializers.CharField()
    index = serializers.IntegerField()
    size = serializers.IntegerField()
    path = serializers.ListField(child=serializers.CharField())
    # A field of its own; the base class has a property of this name.
    root = serializers.CharField()  # type: ignore[assignment]
    checkpoint = serializers.CharField()


class RecordSerializer(serializers.Serializer[Any]):
    """The record of a signed original: what was received, when, and how that is proven."""

    reference = serializers.RegexField(f"PR-{PATTERN.pattern}", source="record.reference")
    job = serializers.RegexField(PATTERN, source="record.document.reference")
    title = serializers.CharField()
    sha256 = serializers.CharField(source="record.sha256")
    sha512 = serializers.CharField(source="record.sha512")
    size = serializers.IntegerField(source="record.size")
    media_type = serializers.CharField(source="record.media_type")
    received_at = serializers.DateTimeField(source="record.received_at")
    sealed_at = serializers.DateTimeField(source="record.sealed_at")
    channel = serializers.CharField(source="record.channel")
    declared = serializers.BooleanField(source="record.declared")
    found = serializers.CharField(source="record.found")
    kept_until = serializers.DateTimeField(source="record.artifact.due_at")
    disposed_at = serializers.DateTimeField(source="record.artifact.shredded_at", allow_null=True)
    signatures = serializers.SerializerMethodField(
        help_text="What each was worth, by which policy and when; empty without the right to it.",
    )
    derived = DerivedSerializer(many=True)
    corrections = serializers.SerializerMethodField()
    inclusion = serializers.SerializerMethodField()
    note = serializers.CharField(default=RECORD_EXAMPLE["note"])

    def get_signatures(self, sheet: Any) -> list[dict[str, Any]]:
        return sheet.verdicts.as_data if sheet.verdicts else []

    def get_corrections(self, sheet: Any) -> list[dict[str, Any]]:
        rows = [{"what": one.what, "at": one.created_at} for _, one in sheet.corrections]
        return list(CorrectionSerializer(rows, many=True).data)

    def get_inclusion(self, sheet: Any) -> dict[str, Any] | None:
        return sheet.inclusion.as_data if sheet.inclusion else None
