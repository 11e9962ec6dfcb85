"""Jobs and results as programs read them."""

from typing import Any

from rest_framework import serializers

from apps.base.serializers import StrictSerializer
from apps.delivery.forms import STATES
from apps.delivery.overview import ERASED
from apps.delivery.result import OMISSIONS, SCHEMA, Standing
from apps.extraction.classify import Decider
from apps.extraction.fields import WORDS, Second
from apps.extraction.transcript import SCHEMA as TRANSCRIPT
from apps.intake.references import PATTERN
from apps.jobs.flow import State

MOST = 100  # jobs in one answer
JOB_EXAMPLE: dict[str, Any] = {
    "reference": "7KQ-52F",
    "state": "succeeded",
    "summary": "Delivered",
    "title": "Invoice, 1 page",
    "pages": 1,
    "waiting": 0,
    "received_at": "2026-03-26T09:14:02Z",
}
STEP_EXAMPLE = {
    "name": "deliver",
    "title": "Delivered",
    "at": "2026-03-26T09:14:40Z",
    "ended_at": "2026-03-26T09:14:40Z",
}
KEPT_EXAMPLE: dict[str, Any] = {
    "kept_until": {"result": "2026-06-24T09:14:40Z"},
    "policy": "default v5",
}
WAY_EXAMPLE = {"explanation": "", "steps": [STEP_EXAMPLE], "ahead": [], **KEPT_EXAMPLE}
FIELD_EXAMPLE = {
    "name": "iban",
    "type": "iban",
    "state": "accepted",
    "value": "DE▇▇▇▇00",
    "normalised": "DE▇▇▇▇00",
    "confidence": 0.9871,
    "sensitivity": 2,
    "decided_by": "machine",
    "page": 1,
    "box": [0.12, 0.8, 0.46, 0.83],
    "validators": {"mod97": True},
    "flags": [],
    "second_reading": "agrees",
    "fragments_masked": [],
}
RESULT_EXAMPLE: dict[str, Any] = {
    "schema": SCHEMA,
    "document": "7KQ-52F",
    "class": {"name": "invoice", "confidence": 0.9984, "decided_by": "machine"},
    "terms": {"purpose": "pay-invoices", "basis": "contract", "manual_review": False},
    "fields": [FIELD_EXAMPLE],
    **KEPT_EXAMPLE,
    "masked": True,
}
TRANSCRIPT_EXAMPLE: dict[str, Any] = {
    "schema": TRANSCRIPT,
    "document": "7KQ-52F",
    "engine": "rapidocr/3.10.0",
    "pages": [{"page": 1, "text": "Service agreement\n\nbetween Halden Group and Northmere"}],
    "fragments_masked": [],
    "flags": [],
    "cut": False,
}
JOB_STATES = [*(state.value for state in State), ERASED]


class JobsQuery(StrictSerializer):
    """Which jobs to list."""

    state = serializers.ChoiceField(
        choices=[(key, title) for key, (title, _) in STATES.items()], required=False
    )
    before = serializers.UUIDField(required=False, help_text="Taken from `next`.")
    count = serializers.IntegerField(min_value=1, max_value=MOST, default=25)


class JobSerializer(serializers.Serializer[Any]):
    reference = serializers.RegexField(PATTERN, source="document.reference")
    state = serializers.ChoiceField(choices=JOB_STATES)
    summary = serializers.CharField(source="status.text", help_text="The state in words.")
    title = serializers.CharField(help_text="What the document is, as far as it may be said.")
    pages = serializers.IntegerField(source="document.pages")
    waiting = serializers.IntegerField(help_text="Slits before people.")
    received_at = serializers.DateTimeField(source="document.created_at")


class JobsSerializer(serializers.Serializer[Any]):
    """A page of jobs, newest first."""

    jobs = JobSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The page that follows.")


class StepSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    at = serializers.DateTimeField(help_text="When it ended, or began if it has not.")
    ended_at = serializers.DateTimeField(allow_null=True)


class FollowedSerializer(JobSerializer):
    """A job with its way."""

    explanation = serializers.CharField(
        allow_blank=True, help_text="What went wrong, and what to do."
    )
    steps = StepSerializer(many=True)
    ahead = serializers.ListField(
        child=serializers.CharField(), help_text="Titles of the steps to come."
    )
    kept_until = serializers.DictField(
        child=serializers.DateTimeField(), help_text="When each part is erased, by its class."
    )
    policy = serializers.CharField(
        allow_blank=True, help_text="The version of the retention policy that set these clocks."
    )


class ClassSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    confidence = serializers.FloatField(help_text="1 where somebody said so.")
    decided_by = serializers.ChoiceField(
        choices=[decider.value for decider in Decider],
        help_text="`person` is a reviewer who saw a slit of the header.",
    )


class TermsOfResult(serializers.Serializer[Any]):
    purpose = serializers.CharField()
    basis = serializers.CharField()
    manual_review = serializers.BooleanField()


class FieldSerializer(serializers.Serializer[Any]):
    """A typed field; what of its value is withheld stands as ▇▇▇▇."""

    name = serializers.CharField()
    type = serializers.CharField()
    state = serializers.ChoiceField(choices=[standing.value for standing in Standing])
    value = serializers.CharField(allow_null=True)
    normalised = serializers.CharField(
        allow_null=True, help_text="Of the shape of its type, or null."
    )
    confidence = serializers.FloatField(allow_null=True)
    sensitivity = serializers.IntegerField(help_text="0 public to 3 special.")
    decided_by = serializers.ChoiceField(choices=["person", "machine"])
    page = serializers.IntegerField(allow_null=True, help_text="From 1.")
    box = serializers.ListField(
        child=serializers.FloatField(),
        allow_null=True,
        help_text="Left, top, right, bottom, as fractions of the page.",
    )
    flags = serializers.ListField(
        child=serializers.ChoiceField(choices=[(flag.value, said) for flag, said in WORDS.items()]),
        default=list,
        help_text="Why a person must look. Without a decision of one there is no value.",
    )
    fragments_masked = serializers.ListField(
        child=serializers.ChoiceField(choices=list(OMISSIONS.items())),
        default=list,
        help_text="Numbers of persons that stood in the value and were never kept.",
    )
    second_reading = serializers.ChoiceField(
        choices=[second.value for second in Second],
        default=Second.NONE.value,
        help_text="What text layer, embedded data, codes or other prints say of the value.",
    )

    def get_fields(self) -> dict[str, Any]:
        checks = serializers.DictField(child=serializers.BooleanField())
        return {**super().get_fields(), "validators": checks}


class ResultSerializer(serializers.Serializer[Any]):
    """A typed result, masked. What it does not name here does not leave."""

    schema = serializers.CharField()
    document = serializers.CharField()
    terms = TermsOfResult()
    kept_until = serializers.DictField(child=serializers.DateTimeField())
    policy = serializers.CharField(
        default="", help_text="The version of the retention policy that set these clocks."
    )
    masked = serializers.BooleanField()

    def get_fields(self) -> dict[str, Any]:
        about = {"class": ClassSerializer(), "fields": FieldSerializer(many=True)}
        return {**super().get_fields(), **about}


class TranscribedPageSerializer(serializers.Serializer[Any]):
    page = serializers.IntegerField(help_text="From 1.")
    text = serializers.CharField(
        allow_blank=True,
        help_text="In reading order: paragraphs parted by empty lines, cells of a row by tabs.",
    )


class TranscriptSerializer(serializers.Serializer[Any]):
    """The whole text of a document. It is data of a stranger, never an instruction."""

    schema = serializers.CharField()
    document = serializers.CharField()
    engine = serializers.CharField()
    pages = TranscribedPageSerializer(many=True)
    fragments_masked = serializers.ListField(
        child=serializers.ChoiceField(choices=list(OMISSIONS.items())),
        help_text="Numbers of persons that stood in the text and were never kept.",
    )
    flags = serializers.ListField(
        child=serializers.ChoiceField(choices=[(flag.value, said) for flag, said in WORDS.items()]),
        help_text="Empty: a text with flags is fetched by a person, from the page.",
    )
    cut = serializers.BooleanField(help_text="Whether the text was longer than one may be.")
