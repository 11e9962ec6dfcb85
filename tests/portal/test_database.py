"""How the portal speaks with its database: values apart, and plans that are kept."""

from django.db import connection

from apps.accounts.models import Organisation

VALUE = "KX-94310-RQ"
OFTEN = 6


def asked(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def test_what_the_server_shows_of_a_statement_holds_no_value(db):
    """Whoever watches the server, and whatever it writes of slow statements, sees places alone."""
    shown, value = asked(
        "SELECT query, %s::text FROM pg_stat_activity WHERE pid = pg_backend_pid()", VALUE
    )
    assert value == VALUE
    assert VALUE not in shown


def test_what_is_asked_often_is_planned_once(db):
    for number in range(OFTEN):
        Organisation.objects.filter(slug=f"slug-{number}").exists()
    (count,) = asked(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", "%slug%LIMIT%"
    )
    assert count == 1
