"""References in addresses."""

from apps.intake.references import PATTERN


class ReferenceConverter:
    regex = PATTERN.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
