"""How fast a sweep erases and certifies, whether it grows evenly, and what uploads feel of it.

Artifacts are sealed bytes of 1 kB with keys, rows and documents, as uploads leave them. What is
erased leaves its events on the trail, so a database of its own is made for it.
"""

import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image

from apps.accounts.models import User
from apps.audit import services as audit
from apps.audit.tags import Tag
from apps.base.ids import uuid7
from apps.base.scope import acting_for
from apps.intake import services as intake
from apps.intake.arrival import Arrival
from apps.intake.models import Document, Submission
from apps.intake.references import ALPHABET
from apps.intake.services import Terms
from apps.retention import services as retention
from apps.retention.models import Certificate
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact, ArtifactKey
from portal.demo import people
from portal.evaluation.scratch import scratch
from portal.evaluation.trail import sequencing

SIZE = 1024  # bytes of an artifact
PAGE = 500  # documents seeded in one transaction
LATER = timedelta(hours=2)  # after which everything may be certified
STARTING = 120.0  # seconds until the trail is sealed, on a busy machine
TRIES = 20  # uploads, and erasures, that are timed
LETTERS = product(ALPHABET, repeat=6)


def compare(*, artifacts: int) -> dict[str, float]:
    """All figures of `bench retention`; what it writes is gone afterwards."""
    with scratch() as database, sequencing(database), database.connected("app"), _own_vault():
        people.add_people()
        user = people.person("clara@halden.example")
        assert user.organisation_id is not None  # the demo sender
        with acting_for(user.organisation_id):
            _wait_for_seals(user)
            return _figures(user, user.organisation_id, artifacts)


def _wait_for_seals(user: User) -> None:
    """Until the sequencer is there, without which nothing is erased at a wish."""
    with transaction.atomic():
        event = audit.record(
            Tag.TRAIL_READ, actor=user.actor, subject=user.pk, organisation=user.organisation_id
        )
    audit.covered(event.pk, timeout=STARTING)


@contextmanager
def _own_vault() -> Iterator[None]:
    before = settings.VAULT_DIR
    with TemporaryDirectory(dir=settings.PLACES.var) as folder:
        settings.VAULT_DIR = Path(folder)
        try:
            yield
        finally:
            settings.VAULT_DIR = before


def _figures(user: User, organisation: UUID, artifacts: int) -> dict[str, float]:
    erasing = _erasing(user)
    idle = [_upload(user) for _ in range(TRIES)]
    small = _seed(user, artifacts // 10)
    at_small = small / _seconds(lambda: _sweep(organisation))
    large, before = _seed(user, artifacts), Certificate.objects.count()
    seconds, during = _sweep_beside_uploads(organisation, user)
    return {
        "artifacts_per_s": large / seconds,
        "artifacts_per_s_at_10k": at_small,
        "growth_ratio": at_small * seconds / large,
        "intake_p95_ms_during": _p95(during) * 1000,
        "intake_p95_ms_idle": _p95(idle) * 1000,
        **erasing,
        "certificates": Certificate.objects.count() - before,
        "left_undone": Artifact.objects.due(timezone.now()).count(),
    }


def _seed(user: User, artifacts: int) -> int:
    """Documents with an original and values, all of them due; how many artifacts they have."""
    submission, documents = _submission(user), artifacts // 2
    with _unsynced():
        for begun in range(0, documents, PAGE):
            _documents(user, submission, min(PAGE, documents - begun))
    return 2 * documents


@contextmanager
def _unsynced() -> Iterator[None]:
    """What is seeded need not survive a power cut; what is measured is synced as ever."""
    real, os.fsync = os.fsync, lambda fd: None
    try:
        yield
    finally:
        os.fsync = real


def _submission(user: User) -> Submission:
    workspace = user.workspaces.order_by("pk")[0]
    return Submission.objects.create(
        organisation_id=workspace.organisation_id,
        workspace=workspace,
        sender=user,
        token=uuid4(),
        purpose="pay-invoices",
        basis="contract",
        manual_review=False,
    )


def _documents(user: User, submission: Submission, count: int) -> None:
    """Rows and sealed bytes as uploads leave them; the events of their sealing are left out."""
    organisation, kind, content = submission.organisation_id, ArtifactClass.ORIGINAL, bytes(SIZE)
    sealings = [
        vault.prepare(content, kind=kind, organisation=organisation, document=uuid4())
        for _ in range(count)
    ]
    originals = [sealing.artifact for sealing in sealings]
    keys = [sealing.key_row() for sealing in sealings]
    values = [_values(original) for original in originals]
    for artifact in (*originals, *values):
        artifact.due_at = timezone.now()
    for original_key, artifact in zip(tuple(keys), values, strict=True):
        keys.append(copy(original_key))  # it is destroyed and never used
        keys[-1].artifact = artifact
    with transaction.atomic():
        Artifact.objects.bulk_create([*originals, *values])
        ArtifactKey.objects.bulk_create(keys)
        Document.objects.bulk_create(
            _document(original, submission, user) for original in originals
        )


def _values(original: Artifact) -> Artifact:
    return Artifact(
        id=uuid7(),
        organisation_id=original.organisation_id,
        document=original.document,
        kind=ArtifactClass.FIELDS,
        size=0,
        digest="",
    )


def _document(original: Artifact, submission: Submission, user: User) -> Document:
    return Document(
        id=original.document,
        organisation_id=submission.organisation_id,
        reference=_reference(),
        submission=submission,
        workspace=submission.workspace,
        sender=user,
        original=original,
        received_digest=original.digest,
        media_type="image/png",
        size=original.size,
        pages=1,
    )


def _reference() -> str:
    """One after the other: of so many that are drawn, two would be alike."""
    letters = "".join(next(LETTERS))
    return f"{letters[:3]}-{letters[3:]}"


def _sweep(organisation: UUID) -> None:
    """Until nothing is due, and all of it is certified."""
    while retention.erase_due(now=timezone.now()):
        pass
    while retention.certify(organisation, now=timezone.now() + LATER):
        pass


def _sweep_beside_uploads(organisation: UUID, user: User) -> tuple[float, list[float]]:
    """Seconds of a sweep on a thread of its own, and of uploads on this one meanwhile."""
    took: list[float] = []

    def sweep() -> None:
        with acting_for(organisation):
            took.append(_seconds(lambda: _sweep(organisation)))
        connection.close()

    thread, uploads = threading.Thread(target=sweep), []
    thread.start()
    while thread.is_alive():
        uploads.append(_upload(user))
    thread.join()
    return took[0], uploads


def _upload(user: User) -> float:
    """Seconds from the first byte to a registered document."""
    return _seconds(lambda: _receive(user))


def _receive(user: User) -> Document:
    assert user.organisation_id is not None
    arrival = Arrival("bench.png", user.organisation_id, largest=1 << 20)
    arrival.write(_paper())
    terms = Terms(
        workspace=user.workspaces.order_by("pk")[0],
        token=uuid4(),
        purpose="pay-invoices",
        basis="contract",
        manual_review=False,
        again=True,
    )
    return intake.receive(arrival, terms=terms, sender=user)


def _paper() -> bytes:
    """A blank page, another one each time."""
    page, written = Image.new("L", (600, 850), 255), io.BytesIO()
    page.putpixel((0, 0), uuid4().int % 255)
    page.save(written, "PNG")
    return written.getvalue()


def _erasing(user: User) -> dict[str, float]:
    """From a sender's wish to the certificate of their document."""
    took = []
    for _ in range(TRIES):
        document = _receive(user)
        took.append(_seconds(partial(_erase, document, user, timezone.now())))
    return {"erase_p50_s": median(took), "erase_p95_s": _p95(took)}


def _erase(document: Document, user: User, now: datetime) -> None:
    erasure = retention.delete(document, user=user)
    assert erasure is not None  # no law keeps any of it
    made = retention.of_document(erasure, now=now)
    assert made is not None  # the bytes went with the commit


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1] if len(seconds) > 1 else sum(seconds)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
