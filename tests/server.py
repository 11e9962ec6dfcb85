"""A PostgreSQL for the tests: ours, or the one that `DATABASE_URL` names.

Loaded by pytest before Django's settings are, because they read the environment. The server's
cluster is kept between runs; the database is copied from a template that is made anew when a
migration changes. Tests that run side by side share nothing: each worker has a folder and a
server of its own, which starts when a test first asks for it.
"""

import atexit
import hashlib
import os
from contextlib import ExitStack
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNSAFE = ("fsync", "synchronous_commit", "full_page_writes")  # no test ends this server's power
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
VAR = Path(os.environ.get("TEST_VAR_DIR", ROOT / "var" / "test"), WORKER).resolve()

os.environ["VAR_DIR"] = str(VAR)
os.environ["BROKER_URL"] = "memory://localhost"
os.environ["READER_THREADS"] = "1"
os.environ["KNOWN_ANSWERS_PER_MILLE"] = "0"  # nor are known answers mixed in
os.environ["AUDITS_PER_MILLE"] = "0"  # no lots are drawn but by tests about them
os.environ.setdefault("PORTAL_PROFILE", "embedded")
(VAR / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns if there is none

import psycopg  # noqa: E402 - the environment comes first

from portal.embedded import postgres, secrets  # noqa: E402
from portal.embedded.places import Places  # noqa: E402
from portal.embedded.provision import ROLES, divide, make_database, make_role  # noqa: E402

places = Places(VAR)
_open = ExitStack()
atexit.register(_open.close)


@cache
def start() -> None:
    """Start our server, if the tests are not given one. Twice is once."""
    if postgres.is_ours():
        _open.enter_context(postgres.held(places))
        with _superuser("postgres") as db:
            for name in UNSAFE:
                db.execute(f"ALTER SYSTEM SET {name} = off")
            db.execute("SELECT pg_reload_conf()")


def admin(database: str = "postgres") -> psycopg.Connection:
    """A connection of the role that may make databases."""
    start()
    if postgres.is_ours():
        return _superuser(database)
    return psycopg.connect(os.environ["DATABASE_URL"], dbname=database, autocommit=True)


def _superuser(database: str) -> psycopg.Connection:
    password = secrets.kept(places.secrets, "database-superuser", secrets.token)
    return psycopg.connect(places.socket_url("postgres", password, database), autocommit=True)


def role(name: str) -> tuple[str, str]:
    """Name and password of `owner`, `app` or `sequencer`."""
    return ROLES[name], secrets.kept(places.secrets, f"database-{name}", secrets.token)


def migrations_digest() -> str:
    files = [*sorted(ROOT.glob("apps/*/migrations/*.py")), ROOT / "requirements" / "base.txt"]
    digest = hashlib.sha256()
    for file in [*files, ROOT / "apps/accounts/roles.py"]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def make_roles() -> None:
    with admin() as db:
        for name in ROLES:
            make_role(db, *role(name))


def make_empty(database: str) -> None:
    with admin() as db:
        db.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        make_database(db, database)
    with admin(database) as db:
        divide(db)


def exists(database: str) -> bool:
    with admin() as db:
        found = db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        return found.fetchone() is not None


def rename(database: str, name: str) -> None:
    """Only what is whole gets the name that others look for: a run may be killed in mid-way."""
    with admin() as db:
        db.execute(f'ALTER DATABASE "{database}" RENAME TO "{name}"')


def leave(database: str) -> None:
    """Part everybody from a database, as copying it needs; who comes back connects anew."""
    with admin() as db:
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
        )


def copy(template: str, database: str) -> None:
    with admin() as db:
        db.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        db.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        for name in ROLES.values():
            db.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{database}" TO {name}')
