"""Using a PostgreSQL server of the operator's instead of our own: `DATABASE_URL`.

If that URL's role may create roles, the portal's three roles are made there, and what they are
allowed is the same as at home. If it may not, the portal runs as the role it was given.
"""

from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

from portal.embedded import secrets
from portal.embedded.places import Places, given
from portal.embedded.provision import ROLES, divide, make_role


def split_roles(places: Places) -> bool:
    """Make the roles on the operator's server; False if that is not allowed there.

    Doing it twice is doing it once.
    """
    url = given("DATABASE_URL")
    with psycopg.connect(url, autocommit=True) as db:
        if not _may_create_roles(db):
            return False
        for short, role in ROLES.items():
            password = secrets.kept(places.secrets, f"database-{short}", secrets.token)
            make_role(db, role, password)
            _keep(places, short, _as_role(url, role, password))
        divide(db)
    return True


def _may_create_roles(db: psycopg.Connection) -> bool:
    row = db.execute(
        "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    return bool(row and row[0])


def _as_role(url: str, role: str, password: str) -> str:
    """The same server and database, for another role."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{quote(password, safe='')}@{place}"))


def _keep(places: Places, short: str, url: str) -> None:
    path = places.split_url(short)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(url)
