"""An export with everything in it, which tests then tamper with."""

import pytest
from django.db import transaction
from django.utils import timezone

from apps.audit import anchoring, canonical, details, tree
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.types import Actor
from tests.audit.bags import export
from tests.sealing import keys

ACTOR = Actor("system:test")
KEY = str(keys().verifiers[0])
COUNT = 12


def happen(organisation, count=1, **more):
    with transaction.atomic():
        return [
            audit.record(
                Tag.KEY_MADE, actor=ACTOR, subject="=cmd()", organisation=organisation, **more
            )
            for _ in range(count)
        ]


@pytest.fixture
def halden(real_house):
    return real_house.halden.pk


@pytest.fixture
def bag(halden, sealing, stamped, tmp_path):
    """A range in the middle of a tree, with an anchor and with words that are disclosed."""
    happen(halden, 5)
    sealing.drain()
    anchoring.anchor(now=timezone.now())
    [told] = happen(halden, detail={"question": "Why was Clara's paper opened?"}, reason="audit")
    happen(halden, COUNT)
    sealing.drain()
    kept = details.of(told)
    disclosed = {told.pk: (kept.words, bytes(kept.salt).hex())}
    folder = tmp_path / "export"
    size = tree.checkpoint(halden).size
    first = tree.index_of(told.pk) - 2
    export(folder, halden, first=first, after=size - 1, details=disclosed)
    return folder


def changed(line, **changes):
    body = canonical.decode(line["body"].encode())
    return {**line, "body": canonical.encode({**body, **changes}).decode()}
