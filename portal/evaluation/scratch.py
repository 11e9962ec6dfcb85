"""A database of its own for a bench: on our server, with every table, and gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from portal.embedded import postgres, secrets
from portal.embedded.places import Places
from portal.embedded.provision import APP, OWNER, divide, make_database


class NoScratch(RuntimeError):
    """A server that somebody else runs is no place for a million made-up tasks."""


@contextmanager
def database(name: str) -> Iterator[psycopg.Connection]:
    """Point Django at a new database; yields a connection of the role that may do anything there.

    Raises:
        NoScratch: the environment names a server that is not ours.
    """
    if not postgres.is_ours():
        raise NoScratch("This bench makes a database of its own: run it without DATABASE_URL.")
    places, drop = settings.PLACES, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    before = dict(connection.settings_dict)
    connection.close()
    try:
        with _superuser(places, "postgres") as server:
            server.execute(drop)  # what a bench that was killed has left
            make_database(server, name)
        with _superuser(places, name) as inside:
            divide(inside)
            _connect(places, name, OWNER)
            call_command("migrate", verbosity=0)
            _connect(places, name, APP)
            yield inside
    finally:
        connection.close()
        connection.settings_dict.update(before)
        with _superuser(places, "postgres") as server:
            server.execute(drop)


def _superuser(places: Places, database: str) -> psycopg.Connection:
    password = secrets.kept(places.secrets, "database-superuser", secrets.token)
    return psycopg.connect(places.socket_url("postgres", password, database), autocommit=True)


def _connect(places: Places, database: str, role: str) -> None:
    password = secrets.kept(places.secrets, f"database-{role.split('_')[1]}", secrets.token)
    connection.close()
    connection.settings_dict.update(NAME=database, USER=role, PASSWORD=password)
