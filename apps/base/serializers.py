"""The one abstract shape of what programs send."""

from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know: a misspelt part would silently mean its default."""

    elsewhere: frozenset[str] = frozenset()  # parts that somebody else reads

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if set(self.initial_data) - set(self.get_fields()) - self.elsewhere:
            raise serializers.ValidationError(code="unknown")
        return attrs
