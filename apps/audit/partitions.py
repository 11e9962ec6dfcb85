"""The months of the trail."""

from django.db import connection


def make() -> int:
    """Make room for the months to come; how many were made. Twice is once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_partitions()")
        return int(cursor.fetchone()[0])
