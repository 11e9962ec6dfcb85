"""The proof that one event is in the tree, as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from apps.audit import tree
from apps.audit.models import Event
from apps.audit.tree import Proof
from apps.base.errors import NotPossible


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an event stands, and the hashes from there to a root that is signed."""

    proof: Proof | None  # None: it waits for its checkpoint

    @property
    def path(self) -> list[str]:
        return [one.hex() for one in self.proof.path] if self.proof else []

    @property
    def root(self) -> str:
        return self.proof.checkpoint.root.hex() if self.proof else ""

    @property
    def note(self) -> str:
        """The checkpoint as others read it."""
        return self.proof.checkpoint.note.decode() if self.proof else ""


def evidence(event: Event) -> Evidence:
    try:
        return Evidence(tree.inclusion(event))
    except NotPossible:
        return Evidence(None)
