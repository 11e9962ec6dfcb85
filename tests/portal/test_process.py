"""What the command says of a field."""

import pytest

from apps.delivery.result import Settled, Standing
from apps.extraction.fields import Flag, Second
from portal.management.commands.process import _field

OPEN = (Standing.WAITING, Standing.UNDECIDED)


def said(standing: Standing, *flags: Flag) -> dict[str, object]:
    field = Settled(
        name="iban",
        title="IBAN",
        type="iban",
        sensitivity=2,
        mask="ends",
        standing=standing,
        value="DE89 3704",
        normalised="DE893704",
        flags=flags,
        second=Second.DIFFERS,
    )
    return _field(field)


@pytest.mark.parametrize("standing", OPEN)
def test_what_is_flagged_is_not_printed_before_a_person_decided(standing):
    field = said(standing, Flag.INSTRUCTION)
    assert (field["value"], field["normalised"]) == (None, None)
    assert field["flags"] == ["instruction"]
    assert (field["second_reading"], field["state"]) == ("differs", "needs_review")


@pytest.mark.parametrize("standing", OPEN)
def test_what_is_only_doubtful_is_printed_for_whoever_tries_the_pipeline(standing):
    assert said(standing)["value"] == "DE89 3704"


def test_what_a_person_decided_is_printed_with_its_flags():
    field = said(Standing.DECIDED, Flag.LOOKALIKE)
    assert (field["value"], field["flags"]) == ("DE89 3704", ["lookalike"])
