"""One probability from the evidence for a value, and from which probability on nobody looks.

What evidence is worth was fitted for each engine on documents with known truth; the outcome lies
beside this package in `calibrations/`, one file an engine and version, written by
`manage.py calibrate`. Without a file nothing is promised: confidences stay as they were found, and
every value goes to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from apps.extraction.calibration.files import Calibration, of_engine
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.fields import Found, Missing

ERROR_TARGET = 0.01  # share of accepted fields that may be wrong, unless somebody chose another
NOBODY_IS_SURE = 1.0  # a threshold that no confidence reaches


def calibrated(
    fields: Sequence[Found | Missing], doctype: DocType, engine: str
) -> Sequence[Found | Missing]:
    """The fields with the confidence that their evidence has earned elsewhere."""
    known = of_engine(engine)
    if known is None:
        return fields
    return [
        one if isinstance(one, Missing) else replace(one, confidence=_earned(one, doctype, known))
        for one in fields
    ]


def threshold(
    rule: FieldRule, doctype: DocType, engine: str, *, error_target: float = ERROR_TARGET
) -> float:
    """The confidence from which on a field is accepted without a person.

    The class file may name it, or a stricter target than the one given; else it follows from
    what was measured. Above every confidence where the target cannot be promised.
    """
    if rule.threshold is not None:
        return rule.threshold
    known = of_engine(engine)
    if known is None:
        return NOBODY_IS_SURE
    strictest = min(filter(None, (error_target, rule.error_target, doctype.error_target)))
    found = known.threshold(doctype.name, strictest)
    return NOBODY_IS_SURE if found is None else found


def governing(engine: str) -> str:
    """The name of the calibration that an engine's readings are under; empty if there is none."""
    known = of_engine(engine)
    return known.name if known else ""


def _earned(one: Found, doctype: DocType, known: Calibration) -> float:
    model = known.weights_for(doctype.name, doctype.rule(one.name).type, one.name)
    return round(known.probability(model.log_odds(one.evidence, failed=bool(one.failed))), 5)
