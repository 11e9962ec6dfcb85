"""How fast stored originals are hashed again, against SHA-256 alone over the same stored files.

Our side finds what is due, hashes it on two threads, compares, and writes rows and events; the
other reads the same files and hashes them, one after the other. `first` is the first time, which
deciphers each file too. A database of its own is made for it.
"""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.base.scope import acting_for
from apps.intake.models import Document, Submission
from apps.intake.references import new_reference
from apps.preservation import fixity
from apps.preservation.models import Channel, Copy, FixityCheck, Found, Record
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from portal.demo import people
from portal.evaluation.scratch import scratch
from portal.evaluation.vault import Rates

PAGE = 200  # records in one transaction
PIECE = 1 << 18  # bytes


def compare(*, records: int, kilobytes: int, rounds: int) -> dict[str, float]:
    """All figures of `bench fixity`; what it writes is gone afterwards."""
    before = settings.VAULT_DIR
    with (
        TemporaryDirectory(dir=settings.PLACES.var) as folder,
        scratch() as database,
        database.connected("app"),
    ):
        settings.VAULT_DIR = Path(folder)
        try:
            people.add_people()
            user = people.person("clara@halden.example")
            assert user.organisation_id is not None  # the demo sender
            with acting_for(user.organisation_id):
                return _figures(user, user.organisation_id, records, kilobytes, rounds)
        finally:
            settings.VAULT_DIR = before


def _figures(
    user: User, organisation: UUID, records: int, kilobytes: int, rounds: int
) -> dict[str, float]:
    _seed(user, records, kilobytes << 10)
    now = timezone.now()
    while Copy.objects.count() < records:
        fixity.enlist(organisation, now)
    whole = records * (kilobytes << 10)
    began = time.perf_counter()
    fixity.check_due(organisation, now=now, most=whole)
    first, again = time.perf_counter() - began, now + timedelta(days=settings.FIXITY_DAYS + 1)
    rates = Rates()
    for copies in _shares(records, rounds):
        paths = [settings.VAULT_DIR / copy.record.artifact.store_name for copy in copies]
        size = sum(copy.size for copy in copies)
        rates.add(partial(_hash, paths), _checking(organisation, again, size), size)
    return {
        "fixity_mb_per_s": median(rates.ours),
        "sha256_mb_per_s": median(rates.raw),
        "fixity_ratio": rates.ratio,
        "first_mb_per_s": whole / first / 1e6,
        "checked": FixityCheck.objects.count(),
        "damaged": Copy.objects.filter(quarantined_at__isnull=False).count(),
    }


def _shares(records: int, rounds: int) -> Sequence[list[Copy]]:
    """The copies of each round, in the order in which they are due."""
    due = list(Copy.objects.select_related("record__artifact").order_by("due_at", "id"))
    share = max(1, records // rounds)
    return [due[at : at + share] for at in range(0, share * rounds, share) if due[at : at + share]]


def _checking(organisation: UUID, now: datetime, size: int) -> Callable[[], None]:
    def check() -> None:
        fixity.check_due(organisation, now=now, most=size)

    return check


def _hash(paths: Sequence[Path]) -> None:
    piece = memoryview(bytearray(PIECE))
    for path in paths:
        digest = hashlib.sha256()
        with path.open("rb", buffering=0) as file:
            while got := file.readinto(piece):
                digest.update(piece[:got])
        digest.hexdigest()


def _seed(user: User, records: int, size: int) -> None:
    workspace = user.workspaces.order_by("pk")[0]
    submission = Submission.objects.create(
        organisation_id=workspace.organisation_id,
        workspace=workspace,
        sender=user,
        token=uuid4(),
        purpose="pay-invoices",
        basis="contract",
        manual_review=False,
    )
    filler = os.urandom(size)
    for begun in range(0, records, PAGE):
        with transaction.atomic():
            for _ in range(min(PAGE, records - begun)):
                _record(user, submission, os.urandom(16) + filler[16:])


def _record(user: User, submission: Submission, content: bytes) -> None:
    pk, now = uuid4(), timezone.now()
    about = {"organisation": submission.organisation_id, "document": pk}
    original = vault.seal(content, kind=ArtifactClass.ORIGINAL, actor=user.actor, **about)
    document = Document.objects.create(
        id=pk,
        organisation_id=submission.organisation_id,
        reference=new_reference(),
        submission=submission,
        workspace=submission.workspace,
        sender=user,
        original=original,
        received_digest=original.digest,
        media_type="application/pdf",
        size=original.size,
        pages=1,
    )
    Record.objects.create(
        organisation_id=submission.organisation_id,
        workspace=submission.workspace,
        document=document,
        artifact=original,
        sha256=original.digest,
        sha512=hashlib.sha512(content).hexdigest(),
        size=original.size,
        pages=1,
        media_type="application/pdf",
        received_at=now,
        sent_by=user,
        channel=Channel.COMMAND,
        declared=True,
        found=Found.DECLARED,
        sealed_at=now,
    )
