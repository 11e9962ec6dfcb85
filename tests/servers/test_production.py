"""Debian's PostgreSQL and Redis and an S3 service under a whole portal."""

import os
import signal

from tests.crash.installation import until
from tests.crash.test_kill import (
    KINDS,
    accepted,
    events,
    is_delivered_once,
    multipart,
    post,
    still_stored,
)
from tests.papers import invoice_png


def test_a_document_from_upload_to_erasure(arrowslit, clara, bucket):
    reference = accepted(clara.send(invoice_png(1001)))
    is_delivered_once(arrowslit, reference)
    assert len(still_stored(arrowslit, reference)) == len(KINDS) - 1  # fields are rows
    assert not list(arrowslit.places.vault.rglob("*"))  # nothing beside the bucket
    line = post(clara, f"/jobs/{reference}/delete/", multipart({"confirmed": reference}))
    assert line.getresponse().status == 302
    line.close()
    until(lambda: not still_stored(arrowslit, reference))
    until(lambda: events(arrowslit, reference).count("artifact.gone") == len(KINDS))


def test_the_portal_runs_on_the_servers_it_was_given(arrowslit, redis):
    [[version]] = arrowslit.ask("SHOW server_version_num")
    assert version.startswith("15")
    assert not arrowslit.places.postgres.exists()
    with redis.client() as client:
        assert any("_kombu" in name.decode() for name in client.keys("*"))
    assert not arrowslit.places.bell.exists()


def test_the_portal_runs_as_roles_that_own_nothing(arrowslit):
    """One for people and work, one for the sequencer."""
    seen = arrowslit.ask(
        "SELECT DISTINCT usename FROM pg_stat_activity "
        "WHERE datname = 'portal' AND pid <> pg_backend_pid() AND usename IS NOT NULL "
        "ORDER BY usename"
    )
    assert seen == [("portal_app",), ("portal_sequencer",)]
    owned = arrowslit.ask(
        "SELECT count(*) FROM pg_tables WHERE tableowner IN ('portal_app', 'portal_sequencer')"
    )
    assert owned == [(0,)]


def test_a_worker_dies_and_its_bytes_leave_the_bucket(arrowslit, clara):
    with arrowslit.held_at("pages are sealed") as whoever_comes:
        reference = accepted(clara.send(invoice_png(1002)))
        worker = whoever_comes()
        [orphan] = set(arrowslit.stored()) - set(arrowslit.expected())
        os.kill(worker, signal.SIGKILL)
    is_delivered_once(arrowslit, reference)
    until(lambda: orphan not in arrowslit.stored(), "The orphan stayed.")


def test_the_broker_forgets_everything(arrowslit, clara, redis):
    with arrowslit.held_at("pages are sealed") as whoever_comes:
        first = accepted(clara.send(invoice_png(1003)))
        whoever_comes()
        second = accepted(clara.send(invoice_png(1004)))
        with redis.client() as client:
            client.flushall()
    for reference in (first, second):
        is_delivered_once(arrowslit, reference)


def test_the_broker_is_down_while_a_document_is_sent(arrowslit, clara, redis):
    redis.kill()
    try:
        reference = accepted(clara.send(invoice_png(1005)))
    finally:
        redis.start()
    is_delivered_once(arrowslit, reference)
