"""Originals that the database keeps unless whoever disposes of them says so.

A record's original is let go by retention alone: when its clock has run out, or when its sender's
wish was sealed. Whatever else asks for it, in code or in SQL, is refused by a trigger that reads
this setting. It ends with its transaction.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

SETTING = "arrowslit.disposing"


@contextmanager
def disposing() -> Iterator[None]:
    """Let originals of records go, in this block of a transaction."""
    _say("on")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            _say("")


def _say(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, value])
