"""What `manage.py process` prints of a field."""

from apps.delivery.result import Settled, Standing
from apps.extraction.fields import Flag, Second
from portal.management.commands.process import _field


def test_flags_and_the_second_reading_are_printed():
    field = Settled(
        name="iban",
        title="IBAN",
        type="iban",
        sensitivity=2,
        mask="ends",
        standing=Standing.WAITING,
        value="DE89 3704",
        normalised="DE893704",
        confidence=0.5,
        flags=[Flag.EMBEDDED_DIFFERS],
        second=Second.DIFFERS,
    )
    printed = _field(field)
    assert printed["flags"] == ["embedded differs"]
    assert printed["second_reading"] == "differs"
    assert printed["state"] == "needs_review"
