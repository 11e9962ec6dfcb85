"""Papers go behind the wall itself, which opens no connection and lets nothing take it over."""

import io
from datetime import UTC, datetime

import pytest

from apps.intake.jail import Limits
from apps.preservation import validating
from apps.preservation.validating import Known
from apps.preservation.validation import verdicts
from tests.preservation import pki


def known():
    place = pki.house()
    return Known(roots=[place.root.der], crls=place.crls)


def seen(content, **more):
    return validating.look(io.BytesIO(content), known(), **more)


def worth(found):
    """The verdict now: papers may be signed long after this file was read."""
    return verdicts.of_file(found, at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("name", "indication"),
    [("B-LTA", "TOTAL-PASSED"), ("tampered", "TOTAL-FAILED"), ("truncated", "INDETERMINATE")],
)
def test_a_paper_is_worth_the_same_behind_the_wall(name, indication):
    found = seen(pki.papers()[name])
    assert worth(found).indication == indication
    assert found.attempts == 0


def test_nothing_is_fetched_where_lists_are_missing():
    found = validating.look(io.BytesIO(pki.papers()["B-T"]), Known(roots=[pki.house().root.der]))
    verdict = worth(found)
    assert (verdict.indication, verdict.intact) == ("INDETERMINATE", True)
    assert found.attempts == 0


def test_a_file_that_takes_too_much_is_undecided():
    small = Limits(memory=1 << 30, cpu=1, wall=1)
    found = validating.look(io.BytesIO(b"%PDF-1.7\n" + b"x" * 1000), known(), limits=small)
    assert worth(found).indication == "INDETERMINATE"


@pytest.mark.parametrize("answer", [b"", b"junk", b"\x30\x03\x02\x01\x00"])
def test_an_answer_that_is_no_time_stamp_proves_nothing(answer):
    said = validating.look_at_stamp(answer, known())
    assert not said.get("sound")
    assert not said.get("trusted")
