"""Signed files with known truth: is anything called valid or untouched that must not be?

None of their signers is trusted by anybody, and where nobody is trusted nothing is valid.
So each file is looked at twice: with no roots at all, as a stranger's file arrives, and with the
most generous trust there is, in whatever certificate of the file vouches for itself. A false
accept in either counts. Every file is opened behind the wall and nowhere else.
"""

from __future__ import annotations

import io
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from apps.base.errors import PortalError
from apps.preservation import validating
from apps.preservation.validating import Known
from apps.preservation.validation import verdicts
from apps.preservation.validation.facts import Facts
from apps.preservation.validation.indications import Indication
from apps.preservation.validation.verdicts import Verdict

KIND = "signed_pdf"
HARD = "hard"
STRANGER = Known()
GENEROUS = Known(generous=True, strict=False)


@dataclass(frozen=True, slots=True)
class Sample:
    id: str
    path: Path
    must_not_be_valid: bool
    must_be_intact: bool
    hard: bool  # others: validators differ, and so no truth is known


@dataclass(slots=True)
class Judged:
    sample: Sample
    seconds: list[float] = field(default_factory=list)
    verdicts: list[Verdict | None] = field(default_factory=list)
    attempts: int = 0
    limits: int = 0  # looks that were cut off
    errors: int = 0

    @property
    def is_false_accept(self) -> bool:
        valid = any(one and one.indication is Indication.PASSED for one in self.verdicts)
        return self.sample.must_not_be_valid and valid

    @property
    def intact(self) -> bool:
        return len(self.verdicts) == 2 and all(one and one.intact for one in self.verdicts)

    @property
    def untouched(self) -> bool:
        return len(self.verdicts) == 2 and all(one and one.untouched for one in self.verdicts)


def samples(manifest: Path) -> list[Sample]:
    entries = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]
    return [
        Sample(
            id=one["id"],
            path=manifest.parent / one["file"],
            must_not_be_valid=bool(one["expected"]["must_not_report_valid"]),
            must_be_intact=bool(one["expected"]["must_report_integrity_ok"]),
            hard=one["expected"].get("scoring", HARD) == HARD,
        )
        for one in entries
        if one["kind"] == KIND
    ]


def measure(chosen: Sequence[Sample]) -> dict[str, float]:
    """Look at every sample twice; what was said of each is told on standard error."""
    judged = [_judged(sample) for sample in chosen]
    for one in judged:
        _tell(one)
    return summed(judged)


def summed(judged: Sequence[Judged]) -> dict[str, float]:
    whole = [one.intact for one in judged if one.sample.must_be_intact and one.sample.hard]
    took = sorted(1000 * second for one in judged for second in one.seconds) or [0.0]
    quantiles = statistics.quantiles(took, n=20) if len(took) > 1 else took * 20
    return {
        "false_accepts": sum(one.is_false_accept for one in judged),
        "integrity_ok_share": sum(whole) / (len(whole) or 1),
        "uncaught_errors": sum(one.errors for one in judged),
        "file_p50_ms": statistics.median(took),
        "file_p95_ms": quantiles[18],
        "outbound_connections": sum(one.attempts for one in judged),
        "files": len(judged),
        "false_called_untouched": sum(
            one.untouched and one.sample.must_not_be_valid for one in judged
        ),
        "cut_off": sum(one.limits for one in judged),
    }


def _judged(sample: Sample) -> Judged:
    judged = Judged(sample)
    content = sample.path.read_bytes()
    for known in (STRANGER, GENEROUS):
        since = time.perf_counter()
        try:
            found = validating.look(io.BytesIO(content), known)
        except PortalError:
            judged.errors += 1
            continue
        judged.seconds.append(time.perf_counter() - since)
        _note(judged, found)
    return judged


def _note(judged: Judged, found: Facts) -> None:
    judged.attempts += found.attempts
    judged.limits += found.problem == "limits"
    judged.verdicts.append(verdicts.of_file(found, at=datetime.now(UTC)))


def _tell(one: Judged) -> None:
    said = " | ".join(
        f"{verdict.indication} {verdict.subindication} {','.join(verdict.findings)}"
        f"{' intact' if verdict.intact else ''}{' untouched' if verdict.untouched else ''}"
        if verdict
        else "no signature"
        for verdict in one.verdicts
    )
    wrong = " FALSE ACCEPT" if one.is_false_accept else ""
    missed = " MISSED" if one.sample.must_be_intact and not one.intact else ""
    sys.stderr.write(
        f"{max(one.seconds, default=0):.2f} s {one.sample.id}: {said}{wrong}{missed}\n"
    )
