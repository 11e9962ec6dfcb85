"""Three roles: one owns the tables and migrates them, one runs the portal, one grows the trees.

The running role owns nothing, is no superuser and cannot bypass row-level security, so the
walls between organisations and the append-only trail hold against the portal's own code. The
sequencer's role sees hashes of events and no event, and it alone writes trees.
"""

from typing import LiteralString

import psycopg
from psycopg import sql

from portal.embedded import secrets
from portal.embedded.places import DATABASE, Places

OWNER, APP, SEQUENCER = "portal_owner", "portal_app", "portal_sequencer"
ROLES = {"owner": OWNER, "app": APP, "sequencer": SEQUENCER}


def provision(db: psycopg.Connection, places: Places) -> None:
    """Make roles and database on a server of ours. Doing it twice is doing it once."""
    for short, role in ROLES.items():
        make_role(db, role, secrets.kept(places.secrets, f"database-{short}", secrets.token))
    make_database(db, DATABASE)
    admin = db.info
    with psycopg.connect(
        host=admin.host, user=admin.user, password=admin.password, dbname=DATABASE, autocommit=True
    ) as inside:
        divide(inside)


def make_role(db: psycopg.Connection, name: str, password: str) -> None:
    """A role that may sign in and nothing more; its password is set anew each time."""
    if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        _run(db, "CREATE ROLE {} LOGIN", sql.Identifier(name))
    _run(
        db,
        "ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {}",
        sql.Identifier(name),
        sql.Literal(password),
    )


def make_database(db: psycopg.Connection, name: str) -> None:
    if not db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        _run(db, "CREATE DATABASE {} TEMPLATE template0", sql.Identifier(name))
    _run(db, "REVOKE ALL ON DATABASE {} FROM PUBLIC", sql.Identifier(name))
    for role in ROLES.values():
        _run(db, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", *_names(name, role))


def divide(inside: psycopg.Connection) -> None:
    """Give the schema to the owner, and to the running role what every table allows.

    Tables that allow less take it back in their own migration; what the sequencer is allowed,
    migrations give it.
    """
    owner, app = sql.Identifier(OWNER), sql.Identifier(APP)
    _run(inside, "GRANT {} TO CURRENT_USER", owner)
    _run(inside, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    _run(inside, "ALTER SCHEMA public OWNER TO {}", owner)
    _run(inside, "GRANT USAGE ON SCHEMA public TO {}, {}", app, sql.Identifier(SEQUENCER))
    _run(
        inside,
        "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public "
        "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
        owner,
        app,
    )
    _run(
        inside,
        "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public "
        "GRANT USAGE, SELECT ON SEQUENCES TO {}",
        owner,
        app,
    )


def _names(*names: str) -> tuple[sql.Identifier, ...]:
    return tuple(sql.Identifier(name) for name in names)


def _run(db: psycopg.Connection, text: LiteralString, *parts: sql.Composable) -> None:
    db.execute(sql.SQL(text).format(*parts))
