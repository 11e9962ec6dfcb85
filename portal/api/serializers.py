"""Submitting names classes and fields of one floor in the terms of another."""

from typing import Any

from rest_framework import serializers

from apps.extraction import doctypes
from apps.intake.serializers import FILE, TermsSerializer


def _classes() -> list[tuple[str, str]]:
    return [(doctype.name, doctype.title) for doctype in doctypes.load_all()]


def _field_names() -> list[str]:
    return sorted({rule.name for doctype in doctypes.load_all() for rule in doctype.fields})


class SubmitSerializer(TermsSerializer):
    """Terms, the class of the document and the fields that are wanted."""

    def get_fields(self) -> dict[str, Any]:
        wanted = serializers.ChoiceField(choices=_field_names())
        return {
            **super().get_fields(),
            "class": serializers.ChoiceField(
                choices=_classes(),
                required=False,
                source="doctype",
                help_text="Left out: found out for you.",
            ),
            "fields": serializers.ListField(
                child=wanted,
                required=False,
                source="wanted",
                help_text="Only these are extracted. Left out: all of the class.",
            ),
        }


class SubmitForm(SubmitSerializer):
    """The same with its file, for the schema; the file itself is sealed while it arrives."""

    def get_fields(self) -> dict[str, Any]:
        document = serializers.FileField(help_text="PDF, JPEG, PNG, TIFF or HEIC, up to 50 MB.")
        return {FILE: document, **super().get_fields()}


class SubmittedSerializer(serializers.Serializer[Any]):
    """What a document is called from now on, and where its job is followed."""

    reference = serializers.CharField()
    job = serializers.URLField()
