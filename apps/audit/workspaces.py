"""In which workspace a document lies, for whoever records what happened to it and does not know.

Vault and jobs know a document by its id alone. No document leaves its workspace, so the first
event that named both says it for good; what was found once is not looked for again.
"""

from uuid import UUID

from apps.audit.models import Event

MOST = 4096  # documents remembered by a process

_known: dict[UUID, UUID] = {}


def lies_in(document: UUID, *, workspace: UUID) -> None:
    """Remember where a document lies, also before an event says so."""
    if len(_known) >= MOST:
        _known.clear()
    _known[document] = workspace


def of(document: UUID) -> UUID | None:
    """The workspace of a document, as far as the trail knows."""
    if document not in _known:
        told = Event.objects.filter(document=document, workspace__isnull=False)
        found = told.order_by("id").values_list("workspace", flat=True).first()
        if found is None:
            return None
        lies_in(document, workspace=found)
    return _known[document]
