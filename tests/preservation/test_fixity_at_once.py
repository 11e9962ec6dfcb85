"""Hashing again waits for nobody, and nobody waits for it."""

import threading

from django.db import connection, transaction
from django.utils import timezone

from apps.base.scope import acting_for
from apps.preservation import fixity
from tests.papers import invoice_png
from tests.preservation.conftest import recorded


def run(record):
    return fixity.check_due(record.organisation_id, now=timezone.now(), most=10**9)


def test_a_run_that_stands_still_holds_up_neither_another_nor_uploads(real_house):
    """One run stands still in the middle of its batch; the other, and a sender, do not wait."""
    records = [recorded(real_house, invoice_png(seed)) for seed in (1, 2, 3)]
    organisation = records[0].organisation_id
    fixity.enlist(organisation, timezone.now())
    claimed, over, held = threading.Event(), threading.Event(), []

    def stand_still():
        with acting_for(organisation), transaction.atomic():
            held.extend(fixity._claimed(organisation, timezone.now(), 1))
            claimed.set()
            over.wait(200)
        connection.close()

    thread = threading.Thread(target=stand_still)
    thread.start()
    try:
        assert claimed.wait(100)
        assert len(held) == 1
        assert run(records[0]).copies == 0  # a claim locks what it looked at, until it commits
        recorded(real_house, invoice_png(4))
    finally:
        over.set()
        thread.join()
    assert run(records[0]).copies == 4  # those that were let go, and the new one
