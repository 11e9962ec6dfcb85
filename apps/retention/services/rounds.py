"""One round of the clock for one organisation: follow the policy, erase, certify, remind."""

import time
from datetime import datetime
from uuid import UUID

from apps.retention.services.certificates import certify
from apps.retention.services.clocks import wind_failed
from apps.retention.services.proposals import take_effect
from apps.retention.services.reminding import remind
from apps.retention.services.sweeping import BATCH, erase_due, went_well

LONGEST = 45.0  # seconds; the clock strikes again within a minute


def go_round(organisation: UUID, *, now: datetime) -> int:
    """Erase everything that is due, as far as time allows; how many artifacts were."""
    until, erased = time.monotonic() + LONGEST, 0
    went_well(lambda: take_effect(organisation, now=now))
    went_well(lambda: wind_failed(organisation))
    while batch := erase_due(now=now):
        erased += batch
        if batch < BATCH or time.monotonic() > until:
            break
    went_well(lambda: certify(organisation, now=now))
    went_well(lambda: remind(organisation, now=now))
    return erased
