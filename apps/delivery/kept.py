"""What is kept of a document, until when, and by which policy."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from apps.intake.models import Document
from apps.vault.models import Artifact


@dataclass(frozen=True, slots=True)
class Kept:
    """One class of artifacts of a document, and until when it is kept."""

    kind: str
    count: int
    since: datetime
    due_at: datetime
    gone_at: datetime | None
    policy: str

    @property
    def left(self) -> int:
        """Seconds."""
        return max(0, round((self.due_at - timezone.now()).total_seconds()))

    @property
    def share(self) -> int:
        """How much of its time is left, per cent."""
        whole = (self.due_at - self.since).total_seconds()
        return min(100, round(100 * self.left / whole)) if whole > 0 else 0


def kept(document: Document) -> list[Kept]:
    """What exists of a document and what existed, each class once."""
    artifacts = Artifact.objects.of_document(document.pk).order_by("created_at")
    counts = Counter(artifact.kind for artifact in artifacts if not artifact.shredded_at)
    newest: dict[str, Artifact] = {}
    for artifact in artifacts:
        if artifact.kind not in newest or not artifact.shredded_at:
            newest[artifact.kind] = artifact
    return [_kept(artifact, counts[kind]) for kind, artifact in newest.items()]


def kept_until(document: Document) -> dict[str, str]:
    """When each class of artifact is due, as far as its clock is set now."""
    artifacts = Artifact.objects.of_document(document.pk).alive().order_by("due_at")
    return {artifact.kind: artifact.due_at.isoformat() for artifact in artifacts}


def policy_of(document: Document) -> str:
    """The version of the policy that set its clocks; empty until one has."""
    wound = Artifact.objects.of_document(document.pk).exclude(policy="").order_by("-created_at")
    return wound.values_list("policy", flat=True).first() or ""


def _kept(artifact: Artifact, count: int) -> Kept:
    return Kept(
        kind=artifact.kind,
        count=count,
        since=artifact.created_at,
        due_at=artifact.due_at,
        gone_at=artifact.gone_at or artifact.shredded_at,
        policy=artifact.policy,
    )
