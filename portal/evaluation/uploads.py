"""Files sent through the real upload page, and whether anything happens that must not.

Each goes as Clara's form through Django's handler, every middleware and the upload handler. What
was accepted is then drawn, as its job would draw it, since that is where its bytes are parsed
for the second time. Nothing is kept: at the end everything accepted is deleted as she would.
"""

import json
import re
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import PortalError
from apps.base.scope import acting_for
from apps.base.types import Actor
from apps.extraction import drawing
from apps.intake import jail, purposes
from apps.intake.models import Document
from apps.intake.screening import SENTENCES, Flag
from apps.retention import services as retention
from apps.vault import services as vault
from portal.evaluation.bounds import Hung, Watch, watched

BENIGN, HOSTILE = "upload_benign", "upload_hostile"
ADDRESS = "/upload/"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SYSTEM = Actor("system:evaluation")
MOST_SECONDS = 90.0  # for one file, sending and drawing
MOST_OWN_MB = 128.0  # the web process may grow by so much; a page's pixels are 36
MOST_CHILDREN_MB = drawing.LIMITS.memory / 2**20 + 64  # what the wall promises, and its frame
# What a manifest demands of a file that is taken, and the flag that answers it.
DEMANDED: Mapping[str, frozenset[Flag]] = {
    "active_content_flagged": frozenset({Flag.ACTIVE}),
    "embedded_file_flagged": frozenset({Flag.ATTACHED}),
    "encryption_flagged": frozenset({Flag.ENCRYPTED}),
}


@dataclass(frozen=True, slots=True)
class Sample:
    id: str
    path: Path
    benign: bool
    acceptable: frozenset[str]
    must: frozenset[str]
    pair: str = ""


@dataclass(slots=True)
class Fate:
    """What became of one file."""

    sample: Sample
    status: int = 0
    reason: str = ""  # the sentence a refusal gives
    document: Document | None = None
    flags: frozenset[str] = frozenset()
    drawn: int = 0  # pages
    crashed: bool = False
    hung: bool = False
    remnants: int = 0
    watch: Watch = field(default_factory=Watch)

    @property
    def accepted(self) -> bool:
        return self.document is not None

    @property
    def disposition(self) -> str:
        """In the manifest's words. All that is handed on of a file is drawn, so none is raw."""
        if self.accepted and self.drawn:
            return "accepted" if self.sample.benign else "accepted_sanitized"
        return "rejected"


def samples(manifest: Path) -> Iterator[Sample]:
    for line in manifest.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        if said["kind"] in (BENIGN, HOSTILE):
            expected = said["expected"]
            yield Sample(
                id=said["id"],
                path=manifest.parent / said["file"],
                benign=said["kind"] == BENIGN,
                acceptable=frozenset(expected["acceptable_dispositions"]),
                must=frozenset(expected["must"]),
                pair=expected.get("pair", ""),
            )


def measure(chosen: list[Sample], *, sender: User) -> dict[str, float]:
    """Send every sample and sum up; what happened to each is told on standard error."""
    fates = []
    with _own_rooms() as rooms, acting_for(sender.organisation_id):
        page = Page(sender)
        for sample in chosen:
            fates.append(_fate(sample, page, rooms))
            _tell(fates[-1])
        _delete([fate.document for fate in fates if fate.document], sender)
        left = len(_files(rooms))
    return summed(fates, left)


def summed(fates: list[Fate], left: int) -> dict[str, float]:
    """The figures; `left` counts files that are still there after everything was deleted."""
    benign = [fate.accepted for fate in fates if fate.sample.benign]
    lost = _lost_pairs(fates)
    return {
        "crashes": sum(fate.crashed for fate in fates),
        "hangs": sum(fate.hung for fate in fates),
        "over_memory": sum(_is_over_memory(fate) for fate in fates),
        "outbound_connections": sum(fate.watch.connections for fate in fates),
        "remnants": left + sum(fate.remnants for fate in fates),
        "benign_accepted_share": sum(benign) / (len(benign) or 1),
        "hostile_accepted_unsafe": lost + sum(is_unsafe(fate) for fate in fates),
        "files": len(fates),
        "hostile_accepted": sum(fate.accepted and not fate.sample.benign for fate in fates),
        "slowest_s": max((fate.watch.seconds for fate in fates), default=0.0),
        "web_growth_mb": max((fate.watch.own_mb for fate in fates), default=0.0),
        "jail_peak_mb": max((fate.watch.children_mb for fate in fates), default=0.0),
    }


def is_unsafe(fate: Fate) -> bool:
    """Whether a hostile file was taken against the manifest, or without what it demands.

    A refusal that does not say why counts as well, where a clear reason is demanded.
    """
    sample = fate.sample
    if sample.benign:
        return False
    if fate.disposition == "rejected":
        unclear = not fate.accepted and fate.reason not in SENTENCES.values()
        return "clear_reason_to_user" in sample.must and unclear
    if not sample.acceptable & {"accepted", "accepted_sanitized"}:
        return True
    return any(
        demand in sample.must and not fate.flags & flags for demand, flags in DEMANDED.items()
    )


def _is_over_memory(fate: Fate) -> bool:
    return fate.watch.own_mb > MOST_OWN_MB or fate.watch.children_mb > MOST_CHILDREN_MB


def _lost_pairs(fates: list[Fate]) -> int:
    """Pairs that only a weak digest takes for one file, and of which not both were kept."""
    digests: dict[str, set[str]] = {}
    for fate in fates:
        if fate.sample.pair:
            kept = digests.setdefault(fate.sample.pair, set())
            kept |= {fate.document.received_digest} if fate.document else set()
    return sum(len(kept) < 2 for kept in digests.values())


class Page:
    """The upload page, open in Clara's browser."""

    def __init__(self, sender: User) -> None:
        self.client = Client(enforce_csrf_checks=True, HTTP_ACCEPT="application/json")
        self.client.force_login(sender, backend=BACKEND)
        shown = self.client.get(ADDRESS, HTTP_ACCEPT="text/html").content.decode()
        said = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)
        assert said is not None  # it is a form
        purpose = next(iter(purposes.load().purposes.values()))
        self.form = {
            "csrfmiddlewaretoken": said[1],
            "workspace": str(sender.workspaces.order_by("name")[0].pk),
            "purpose": purpose.name,
            "basis": purpose.bases[0],
            "manual_review": "on",
            "again": "on",
        }

    def send(self, path: Path) -> tuple[int, dict[str, Any]]:
        file = SimpleUploadedFile(path.name, path.read_bytes())
        said = self.client.post(ADDRESS, {**self.form, "token": str(uuid.uuid4()), "files": [file]})
        return said.status_code, said.json()


def _fate(sample: Sample, page: Page, rooms: Path) -> Fate:
    fate, before = Fate(sample), _files(rooms)
    try:
        with watched(MOST_SECONDS) as fate.watch:
            _send(fate, page)
            if fate.document:
                fate.drawn = _draw(fate.document)
    except Hung:
        fate.hung = True
    except Exception as error:  # each is counted; none stops the others
        fate.crashed = True
        sys.stderr.write(f"{sample.id}: {type(error).__name__}\n")
    if not fate.accepted:
        fate.remnants = len(_files(rooms) - before)
    return fate


def _send(fate: Fate, page: Page) -> None:
    fate.status, said = page.send(fate.sample.path)
    fate.crashed = fate.status >= 500
    fate.reason = str(said.get("message", ""))
    if fate.status == 201:
        fate.document = Document.objects.get(reference=said["reference"])
        fate.flags = _flags(fate.document)


def _flags(document: Document) -> frozenset[str]:
    """What the trail says that it carries."""
    event = Event.objects.get(document=document.pk, tag=Tag.DOCUMENT_RECEIVED)
    return frozenset(json.loads(bytes(event.body))["facts"]["flags"])


def _draw(document: Document) -> int:
    """Pages that can be drawn; none if one cannot, for the job then fails and says so."""
    try:
        with vault.open(document.original, actor=SYSTEM, purpose="evaluation") as source:
            return sum(1 for _ in drawing.draw(source, document.media_type))
    except PortalError:
        return 0


def _delete(documents: list[Document], sender: User) -> None:
    for document in documents:
        retention.delete(Document.objects.get(pk=document.pk), user=sender)


@contextmanager
def _own_rooms() -> Iterator[Path]:
    """A vault and a folder for temporary files in which nobody else leaves anything."""
    former = tempfile.tempdir
    settings.PLACES.var.mkdir(parents=True, exist_ok=True)
    jail.wall()  # looked for once, before anything is counted
    with tempfile.TemporaryDirectory(dir=settings.PLACES.var) as folder:
        rooms = Path(folder)
        (rooms / "temporary").mkdir()
        tempfile.tempdir = str(rooms / "temporary")
        try:
            with override_settings(VAULT_DIR=rooms / "vault", ALLOWED_HOSTS=["testserver"]):
                yield rooms
        finally:
            tempfile.tempdir = former


def _files(rooms: Path) -> set[Path]:
    return {path for path in rooms.rglob("*") if path.is_file()}


def _tell(fate: Fate) -> None:
    watch, unsafe = fate.watch, " UNSAFE" if is_unsafe(fate) else ""
    flags = ",".join(sorted(fate.flags))
    sys.stderr.write(
        f"{fate.status} {fate.disposition}{unsafe} [{flags}] {watch.seconds:.1f} s "
        f"+{watch.own_mb:.0f}/{watch.children_mb:.0f} MB {fate.sample.id}\n"
    )
