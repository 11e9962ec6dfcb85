"""A database of its own for a bench: a trail keeps what is written, so it is written elsewhere."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import psycopg
from django.conf import settings
from django.db import connection

from portal.embedded import postgres, secrets
from portal.embedded.children import ROOT, end_with
from portal.embedded.keeper import SUPERUSER
from portal.embedded.places import Places
from portal.embedded.provision import ROLES, divide, make_database

NAME = "bench"


class NoScratch(Exception):
    """Databases are made on our own server only."""


class Scratch:
    """A migrated database, and how each role gets there."""

    def __init__(self, places: Places) -> None:
        self.places = places

    def url(self, role: str) -> str:
        password = secrets.kept(self.places.secrets, f"database-{role}", secrets.token)
        return self.places.socket_url(ROLES[role], password, NAME)

    @property
    def environment(self) -> dict[str, str]:
        """For programs that are to work there."""
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DATABASE_URL": self.url("app"),
            "DATABASE_OWNER_URL": self.url("owner"),
            "DATABASE_SEQUENCER_URL": self.url("sequencer"),
        }

    def start(self, role: str, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**self.environment, "DATABASE_ROLE": role},
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=partial(end_with, os.getpid()),
        )

    @contextmanager
    def superuser(self) -> Iterator[psycopg.Connection]:
        """A connection that no privilege or trigger of a role stands in the way of."""
        with _superuser(self.places, NAME) as db:
            yield db

    @contextmanager
    def owner(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.url("owner"), autocommit=True) as db:
            yield db

    @contextmanager
    def connected(self, role: str) -> Iterator[None]:
        """Let Django's connection be that of a role there, as long as the block lasts."""
        before = dict(connection.settings_dict)
        password = secrets.kept(self.places.secrets, f"database-{role}", secrets.token)
        connection.close()
        connection.settings_dict.update(NAME=NAME, USER=ROLES[role], PASSWORD=password)
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(before)


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Made, migrated, and gone afterwards.

    Raises:
        NoScratch: the server is not ours.
    """
    places: Places = settings.PLACES
    if not postgres.is_ours():
        raise NoScratch("This bench makes a database of its own: run it without DATABASE_URL.")
    made = Scratch(places)
    with _superuser(places, "postgres") as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        make_database(server, NAME)
        try:
            with made.superuser() as inside:
                divide(inside)
            if made.start("owner", "django", "migrate", "--verbosity=0").wait():
                raise NoScratch("The tables could not be made.")
            yield made
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def _superuser(places: Places, database: str) -> psycopg.Connection:
    password = secrets.kept(places.secrets, "database-superuser", secrets.token)
    return psycopg.connect(places.socket_url(SUPERUSER, password, database), autocommit=True)
