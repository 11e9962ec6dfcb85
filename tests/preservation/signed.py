"""Signed papers that were sent, and their records."""

import hashlib

from django.utils import timezone

from apps.base.types import Actor
from apps.preservation.models import Channel, Found, Purpose, Record
from apps.preservation.services import trusting
from tests.preservation import pki

SYSTEM = Actor("system:test")


def record_of(house, content):
    """Clara's paper, received and recorded."""
    document = house.send(content, name="contract.pdf")
    return Record.objects.create(
        organisation_id=house.halden.pk,
        workspace=house.payable,
        document=document,
        artifact=document.original,
        sha256=hashlib.sha256(content).hexdigest(),
        sha512=hashlib.sha512(content).hexdigest(),
        size=len(content),
        pages=document.pages,
        media_type="application/pdf",
        received_at=timezone.now(),
        sent_by=house.clara,
        channel=Channel.PAGE,
        declared=False,
        found=Found.FIELD,
        sealed_at=timezone.now(),
    )


def trust_papers(house):
    """Let Halden trust the house that signed the papers, and know who was revoked."""
    place = pki.house()
    for one in place.crls:
        trusting.learn(one, actor=SYSTEM)
    return trusting.trust(
        place.root.der, purpose=Purpose.SIGNATURES, organisation=house.halden.pk, actor=SYSTEM
    )
