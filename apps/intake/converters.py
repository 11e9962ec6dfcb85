"""References in addresses."""

from apps.intake.references import PATTERN


class ReferenceConverter:
    regex = PATTERN.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class RecordConverter(ReferenceConverter):
    """Of a record of a signed original: the same letters behind a sign of their own."""

    regex = f"PR-{PATTERN.pattern}"
