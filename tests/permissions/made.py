"""What officers have made before the table is tried: exports, evidence, a list of whom to trust."""

from typing import Any

from django.utils import timezone

from apps.assurance import searches
from apps.assurance.exports import services as exporting
from apps.assurance.exports.services import Why as ExportReason
from apps.assurance.models import Export, Mode
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.intake.models import Document
from apps.preservation.models import Copy, Package, Purpose, TrustRoot
from apps.preservation.packages import services as evidencing
from apps.preservation.packages.services import Why as EvidenceReason
from apps.preservation.services import trusting
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from tests.conftest import House
from tests.preservation import pki
from tests.preservation.conftest import recorded_of


def all_of(house: House, document: Document) -> dict[str, Any]:
    """Each by what stands for it in an address."""
    return {**of_trail(house), **of_record(house, document)}


def of_trail(house: House) -> dict[str, Any]:
    """An export, a search and an event, by what stands for them in an address."""
    how = {"mode": Mode.RANGE, "reason": ExportReason.AUDIT, "names": False, "words": False}
    export = exporting.ask({}, user=house.carl, **how)
    about = {"organisation": house.halden.pk, "document": export.pk, "actor": house.carl.actor}
    artifact = vault.seal(b"a bag", kind=ArtifactClass.EXPORT, **about)
    event = Event.objects.filter(subject=export.reference).get()
    Export.objects.update(artifact=artifact, event=event.pk)
    search = searches.keep({"outcome": "refused"}, name="Refusals", user=house.carl)
    return {"export": export.reference, "search": search.pk, "event": event.pk}


def of_record(house: House, document: Document) -> dict[str, Any]:
    """A record of Clara's document, a package of evidence and a copy, likewise."""
    record = recorded_of(house, document)
    package = evidencing.ask(record, reason=EvidenceReason.AUDIT, original=False, user=house.carl)
    about = {"organisation": house.halden.pk, "document": package.pk, "actor": house.carl.actor}
    artifact = vault.seal(b"a bag", kind=ArtifactClass.EXPORT, **about)
    event = Event.objects.filter(tag=Tag.EVIDENCE_ASKED).get()
    made = {"artifact": artifact, "event": event.pk, "commitment": event.pk}
    Package.objects.update(**made)
    copy = Copy.objects.create(
        organisation_id=house.halden.pk,
        record=record,
        place="first",
        size=record.size,
        due_at=timezone.now(),
    )
    root = _trusted(house)
    return {"package": package.reference, "copy": copy.pk, "root": root.pk}


def _trusted(house: House) -> TrustRoot:
    about = {"organisation": house.halden.pk, "actor": house.carl.actor}
    trusting.trust(pki.house().root.der, purpose=Purpose.SIGNATURES, **about)
    return TrustRoot.objects.get()
