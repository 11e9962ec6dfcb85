from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from apps.base.ids import uuid7
from apps.base.scope import acting_for
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact


@pytest.fixture
def owned() -> Callable[[UUID], Artifact]:
    """A row of a walled table, for an organisation."""

    def make(organisation: UUID) -> Artifact:
        with acting_for(organisation):
            return Artifact.objects.create(
                organisation_id=organisation,
                document=uuid7(),
                kind=ArtifactClass.ORIGINAL,
                size=0,
                digest="",
                due_at=timezone.now() + timedelta(days=1),
            )

    return make
