#!/usr/bin/env python
"""The portal's command line; starts our database for as long as a command needs it."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from portal.embedded import postgres
from portal.embedded.places import Places

OWNERS_WORK = {"migrate", "sqlmigrate", "showmigrations"}  # done by the role that owns the tables
WITHOUT_DATABASE = {"check", "collectstatic", "diagrams", "help", "--help", "version", "--version"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in OWNERS_WORK:
        os.environ.setdefault("DATABASE_ROLE", "owner")
    from django.core.management import execute_from_command_line

    with database(command):
        execute_from_command_line(sys.argv)


def database(command: str) -> AbstractContextManager[None]:
    embedded = os.environ.get("PORTAL_PROFILE", "embedded") == "embedded"
    if not embedded or not postgres.is_ours() or command in WITHOUT_DATABASE:
        return nullcontext()
    var = os.environ.get("VAR_DIR", str(Path(__file__).resolve().parent / "var"))
    return postgres.held(Places(Path(var)))


if __name__ == "__main__":
    main()
