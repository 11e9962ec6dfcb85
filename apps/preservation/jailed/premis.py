"""PREMIS as its data dictionary lays it out: what must be in what, and in which order.

A model is a line of names: `?` may be missing, `+` once or more, `*` any number, `|` either. An
element that is not in the table holds text, or whatever its own standard says.

Source: PREMIS Data Dictionary 3.0; for documents of version 2, only what must identify a thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from apps.preservation.jailed import markup

PREMIS_3, PREMIS_2 = "http://www.loc.gov/premis/v3", "info:lc/xmlns/premis-v2"
NAMESPACES = frozenset({PREMIS_3, PREMIS_2})
ENTITIES = ("object", "event", "agent", "rights", "rightsStatement")

_ABOUT_OBJECT = "relationship* linkingEventIdentifier* linkingRightsStatementIdentifier*"
OBJECTS: Mapping[str, str] = {  # by xsi:type
    "file": "objectIdentifier+ preservationLevel* significantProperties* objectCharacteristics+"
    f" originalName? storage* signatureInformation* {_ABOUT_OBJECT}",
    "representation": "objectIdentifier+ preservationLevel* significantProperties* originalName?"
    f" storage* {_ABOUT_OBJECT}",
    "bitstream": "objectIdentifier+ significantProperties* objectCharacteristics+ storage*"
    f" signatureInformation* {_ABOUT_OBJECT}",
    "intellectualEntity": "objectIdentifier+ preservationLevel* significantProperties*"
    " originalName? environmentFunction* environmentDesignation* environmentRegistry*"
    f" environmentExtension* {_ABOUT_OBJECT}",
}
MODELS: Mapping[str, str] = {
    "premis": "object+ event* agent* rights*",
    "event": "eventIdentifier eventType eventDateTime eventDetailInformation*"
    " eventOutcomeInformation* linkingAgentIdentifier* linkingObjectIdentifier*",
    "agent": "agentIdentifier+ agentName* agentType? agentVersion? agentNote* agentExtension*"
    " linkingEventIdentifier* linkingRightsStatementIdentifier* linkingEnvironmentIdentifier*",
    "rights": "( rightsStatement | rightsExtension )+",
    "rightsStatement": "rightsStatementIdentifier rightsBasis copyrightInformation?"
    " licenseInformation? statuteInformation* otherRightsInformation? rightsGranted*"
    " linkingObjectIdentifier* linkingAgentIdentifier*",
    "objectIdentifier": "objectIdentifierType objectIdentifierValue",
    "eventIdentifier": "eventIdentifierType eventIdentifierValue",
    "agentIdentifier": "agentIdentifierType agentIdentifierValue",
    "rightsStatementIdentifier": "rightsStatementIdentifierType rightsStatementIdentifierValue",
    "linkingObjectIdentifier": "linkingObjectIdentifierType linkingObjectIdentifierValue"
    " linkingObjectRole*",
    "linkingEventIdentifier": "linkingEventIdentifierType linkingEventIdentifierValue",
    "linkingAgentIdentifier": "linkingAgentIdentifierType linkingAgentIdentifierValue"
    " linkingAgentRole*",
    "objectCharacteristics": "compositionLevel? fixity* size? format+ creatingApplication*"
    " inhibitors* objectCharacteristicsExtension*",
    "fixity": "messageDigestAlgorithm messageDigest messageDigestOriginator?",
    "format": "( formatDesignation formatRegistry? | formatRegistry ) formatNote*",
    "formatDesignation": "formatName formatVersion?",
    "formatRegistry": "formatRegistryName formatRegistryKey formatRegistryRole?",
    "eventDetailInformation": "eventDetail? eventDetailExtension*",
    "eventOutcomeInformation": "( eventOutcome eventOutcomeDetail* | eventOutcomeDetail+ )",
    "eventOutcomeDetail": "( eventOutcomeDetailNote eventOutcomeDetailExtension*"
    " | eventOutcomeDetailExtension+ )",
    "relationship": "relationshipType relationshipSubType relatedObjectIdentifier+"
    " relatedEventIdentifier* relatedEnvironmentPurpose* relatedEnvironmentCharacteristic?",
    "relatedObjectIdentifier": "relatedObjectIdentifierType relatedObjectIdentifierValue"
    " relatedObjectSequence?",
    "relatedEventIdentifier": "relatedEventIdentifierType relatedEventIdentifierValue"
    " relatedEventSequence?",
    "storage": "( contentLocation storageMedium? | storageMedium )",
    "contentLocation": "contentLocationType contentLocationValue",
    "signatureInformation": "( signature signatureInformationExtension*"
    " | signatureInformationExtension+ )",
    "signature": "signatureEncoding signer? signatureMethod signatureValue"
    " signatureValidationRules signatureProperties* keyInformation*",
}
# What must identify a thing and say when, whichever version; the rest of 2 is not ours to judge.
MUST: Mapping[str, tuple[str, ...]] = {
    "object": ("objectIdentifier",),
    "event": ("eventIdentifier", "eventType", "eventDateTime"),
    "agent": ("agentIdentifier",),
    "rightsStatement": ("rightsStatementIdentifier", "rightsBasis"),
}
COUNTED = frozenset({"size"})  # text that is a whole number
WORD = re.compile(r"(\w+)([?+*]?)")


def faults(root: Any) -> Iterator[str]:
    """Where a PREMIS element, and all in it, is not as the dictionary says; sentences."""
    if markup.namespace(root) != PREMIS_3:
        yield from _missing(root)
        return
    if markup.name(root) == "premis" and root.get("version") != "3.0":
        yield "It does not say that it is version 3.0."
    for element in root.iter():
        if markup.namespace(element) == PREMIS_3:
            yield from _faults(element)


def _faults(element: Any) -> Iterator[str]:
    named = markup.name(element)
    model = _kind(element) if named == "object" else MODELS.get(named)
    if named == "object" and model is None:
        yield "An object does not say what kind of object it is."
    elif model is not None:
        inside = "".join(f"{markup.name(one)} " for one in markup.children(element))
        if not re.fullmatch(_pattern(model), inside):
            yield f"What is in {named} is not what must be there, in its order."
    elif named in COUNTED and not markup.words(element).isdecimal():
        yield f"{named} is not a whole number."
    if named == "eventDateTime" and not is_time(markup.words(element)):
        yield "An event has a time that is none."


def _missing(root: Any) -> Iterator[str]:
    for element in root.iter():
        inside = {markup.name(one) for one in markup.children(element)}
        for must in MUST.get(markup.name(element), ()):
            if markup.namespace(element) in NAMESPACES and must not in inside:
                yield f"{markup.name(element)} has no {must}."


def _kind(element: Any) -> str | None:
    """The model of an object; its xsi:type may carry a prefix, which must be that of PREMIS."""
    prefix, _, local = element.get(f"{{{markup.XSI}}}type", "").rpartition(":")
    belongs = element.nsmap.get(prefix or None) == markup.namespace(element)
    return OBJECTS.get(local) if belongs else None


def _pattern(model: str) -> str:
    """A model as a pattern over names that each end with a space."""
    spelt = WORD.sub(lambda found: f"(?:{found[1]}_){found[2]}", model).replace("( ", "(?:")
    return spelt.replace(" ", "").replace("_", " ")


def is_time(text: str) -> bool:
    """Whether text is a date or a time as EDTF and ISO 8601 begin."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return re.fullmatch(r"\d{4}(-\d{2})?[~?%]?|unknown|open", text) is not None
    return True
