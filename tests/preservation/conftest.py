"""A signed original as it arrives, and its record."""

import hashlib

import pytest
from django.db import transaction

from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.preservation.models import Channel, Found, Record
from apps.vault import services as vault
from apps.vault.models import Artifact
from tests.conftest import SYSTEM
from tests.papers import invoice_png


def recorded(house, content=None):
    """A record of a document that Clara sent, sealed as the pipeline seals it."""
    return recorded_of(house, house.send(content if content is not None else invoice_png()))


def recorded_of(house, document):
    """A record of a document that is there already."""
    artifact = Artifact.objects.get(pk=document.original_id)
    with vault.open(artifact, actor=SYSTEM, purpose="test") as source:
        sha512 = hashlib.sha512(source.read()).hexdigest()
    with transaction.atomic():
        record = Record.objects.create(
            organisation_id=document.organisation_id,
            workspace=document.workspace,
            document=document,
            artifact=artifact,
            sha256=artifact.digest,
            sha512=sha512,
            size=artifact.size,
            pages=1,
            media_type="application/pdf",
            received_at=document.created_at,
            sent_by=house.clara,
            channel=Channel.PAGE,
            declared=True,
            found=Found.DECLARED,
            sealed_at=document.created_at,
        )
        audit.record(
            Tag.RECORD_SEALED,
            actor=SYSTEM,
            subject=record.reference,
            organisation=record.organisation_id,
            document=document.pk,
            workspace=record.workspace_id,
            sha256=record.sha256,
            sha512=record.sha512,
            size=record.size,
        )
    return record


@pytest.fixture
def record(house):
    return recorded(house)


@pytest.fixture
def second(settings, tmp_path):
    """A second store beside the first."""
    settings.SECOND_VAULT_DIR = tmp_path / "second"
    return settings.SECOND_VAULT_DIR
