#!/usr/bin/env python
"""The portal's command line; starts our database, and prepares it, for as long as it is needed."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import psycopg
from django.core.management import execute_from_command_line
from django.db import DatabaseError

from apps.base.errors import PortalError
from portal.embedded import operators, postgres, sequencing
from portal.embedded.places import Places
from portal.embedded.preparing import NotPrepared, prepare

ROOT = Path(__file__).resolve().parent
SEQUENCERS_WORK = {"sequence"}  # done by the role that writes trees and sees no event
OWNERS_WORK = {
    "migrate",
    "sqlmigrate",
    "showmigrations",
    "retire_trail",
}  # done by the role that owns the tables
AS_IT_IS = {*OWNERS_WORK, "makemigrations"}  # what looks at the tables themselves
WITHOUT_DATABASE = {
    "check", "collectstatic", "diagrams", "envexample", "help", "--help", "version", "--version",
}  # fmt: skip
ERASING = {"evaluate": {"upload"}, "bench": {"pipeline"}}
NO_TABLES = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    command = arguments[1] if len(arguments) > 1 else "help"
    if command in OWNERS_WORK:
        os.environ.setdefault("DATABASE_ROLE", "owner")
    if command in SEQUENCERS_WORK:
        os.environ.setdefault("DATABASE_ROLE", "sequencer")
    try:
        with installation(command, arguments):
            execute_from_command_line(arguments)
    except (NotPrepared, PortalError, postgres.NoDatabase) as error:
        sys.exit(str(error))
    except DatabaseError as error:
        if "--traceback" in arguments or not (said := trouble(error)):
            raise
        sys.exit(said)


@contextmanager
def installation(command: str, arguments: list[str]) -> Iterator[None]:
    """Whatever a command leans on in the embedded profile; production brings its own."""
    if os.environ.get("PORTAL_PROFILE", "embedded") != "embedded" or is_alone(command, arguments):
        yield
        return
    places = Places(Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve())
    os.environ["VAR_DIR"] = str(places.var)
    with postgres.held(places) if postgres.is_ours() else nullcontext():
        if command not in AS_IT_IS:
            if not postgres.is_ours():
                operators.split_roles(places)
            prepare(places, say)
        with sequencing.at_hand() if deletes(command, arguments) else nullcontext():
            yield


def say(text: str) -> None:
    """Beside what a command says itself, which may be read by a program."""
    sys.stderr.write(f"{text}\n")


def is_alone(command: str, arguments: list[str]) -> bool:
    """Whether a command needs no database: by its kind, or because it only tells of itself."""
    named = any(word.startswith("--database") for word in arguments)
    return (command in WITHOUT_DATABASE and not named) or bool({"-h", "--help"} & set(arguments))


def deletes(command: str, arguments: list[str]) -> bool:
    """Whether a command erases documents as a person would, which waits for the trail's seal."""
    return not ERASING.get(command, set()).isdisjoint(word.rpartition("=")[2] for word in arguments)


def trouble(error: DatabaseError) -> str:
    """What a person can do about an error of the database; empty if that is not known."""
    cause = error.__cause__
    if isinstance(cause, NO_TABLES):
        return "The tables are not there, or not of this version: run `manage.py migrate` first."
    if isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None:
        return "The database does not answer: look at DATABASE_URL, and whether its server runs."
    return ""


if __name__ == "__main__":
    main(sys.argv)
