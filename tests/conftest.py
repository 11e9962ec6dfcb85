"""The cast, a house for them, and a database that keeps the rules of the real one."""

import asyncio
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from apps.accounts import services as accounts
from apps.accounts.models import Organisation, User, Workspace
from apps.accounts.roles import Role
from apps.audit import covering
from apps.base.scope import acting_for
from apps.base.types import Actor
from apps.extraction import reader
from apps.intake import services as intake
from apps.intake.arrival import Arrival
from apps.intake.models import Document
from apps.intake.services import Terms
from tests import server
from tests.papers import invoice_png
from tests.sealing import Sealing

# Seconds say something about the machine; what must not take long is counted.
hypothesis.settings.register_profile("patient", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("patient")
SYSTEM = Actor("system:test")
are_leaves = covering.are_leaves
DATABASE = f"test_portal_{os.getpid()}"
KEPT_TABLES = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
}


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A fresh copy of a migrated database; tests run as the role the portal runs as."""
    month = f"{datetime.now(UTC):%Y_%m}"  # the trail's first partition is that of the migration
    template = f"test_template_{server.migrations_digest()}_{month}"
    with django_db_blocker.unblock():
        server.make_roles()
        if not server.exists(template):
            unfinished = f"{template}_unfinished"
            server.make_empty(unfinished)
            with _connected_to(unfinished, as_role="owner"):
                call_command("migrate", verbosity=0)
            server.rename(unfinished, template)
        server.copy(template, DATABASE)
        _connect(DATABASE, "app")
        yield
        connection.close()
        with server.admin() as db:
            db.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
    reader.close()


@contextmanager
def loop_left_aside(item: pytest.Item) -> Iterator[None]:
    """A browser leaves its loop marked as running in this process; signing starts its own.

    Django keeps one connection for either state, so a test is in one from setup to teardown.
    """
    left = None if "chromium" in item.fixturenames else asyncio._get_running_loop()
    if left:
        asyncio._set_running_loop(None)
    try:
        yield
    finally:
        if left and not left.is_closed():
            asyncio._set_running_loop(left)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    with loop_left_aside(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    with loop_left_aside(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    with loop_left_aside(item):
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def sealed_at_once() -> Iterator[None]:
    """Most tests commit nothing that a sequencer could see; those about it ask for `sealing`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(covering, "are_leaves", lambda events: True)
        yield


@pytest.fixture(autouse=True)
def quick(settings: Any, tmp_path: Path) -> None:
    """An own vault, fast passwords, and an engine without a model."""
    settings.VAULT_DIR = tmp_path / "vault"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.READER_COMMAND = ["apps.extraction.engines.serve", "fake"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database in which transactions really commit; it is emptied afterwards."""
    with django_db_blocker.unblock():
        yield
        connection.close()
        _empty()


@pytest.fixture
def sealing(committed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sealing]:
    """A sequencer that works when it is told to; until then nothing counts as sealed."""
    monkeypatch.setattr(covering, "are_leaves", are_leaves)
    sealing = Sealing()
    yield sealing
    sealing.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run what waits for a commit at once, in tests that never commit."""

    def run(callback: Callable[[], object], **_: object) -> None:
        callback()

    monkeypatch.setattr(transaction, "on_commit", run)


@pytest.fixture
def house(db: None) -> Iterator["House"]:
    with _house() as house:
        yield house


@pytest.fixture
def real_house(committed: None) -> Iterator["House"]:
    """The same house, with commits."""
    with _house() as house:
        yield house


class House:
    """Two organisations and the cast."""

    def __init__(self) -> None:
        self.halden = Organisation.objects.create(name="Halden Group", slug="halden", region="EU")
        self.northmere = Organisation.objects.create(name="Northmere", slug="north", region="UK")
        self.payable = Workspace.objects.create(organisation=self.halden, name="Payable")
        self.people = Workspace.objects.create(organisation=self.halden, name="People")
        self.elsewhere = Workspace.objects.create(organisation=self.northmere, name="Payable")
        self.clara = self.person("clara", Role.SENDER, self.payable)
        self.cleo = self.person("cleo", Role.SENDER, self.people)  # of another workspace
        self.rita = self.person("rita", Role.REVIEWER, self.payable)
        self.remy = self.person("remy", Role.REVIEWER, self.payable)
        self.lena = self.person("lena", Role.REVIEW_LEAD, self.payable)
        self.rosa = self.person("rosa", Role.RECORDS_MANAGER)
        self.carl = self.person("carl", Role.COMPLIANCE_OFFICER)
        self.otto = self.person("otto", Role.ORGANISATION_ADMIN)
        self.ida = self.person("ida", Role.INTEGRATOR, self.payable)
        self.mallory = self.person("mallory", Role.SENDER, self.elsewhere)

    def person(self, name: str, role: Role, *workspaces: Workspace) -> User:
        organisation = self.northmere if name == "mallory" else self.halden
        person = accounts.add_person(
            f"{name}@{organisation.slug}.example",
            name=name.capitalize(),
            organisation=organisation,
            roles=[role],
            workspaces=workspaces,
            password="a long enough sentence",
            actor=SYSTEM,
        )
        return User.objects.get(pk=person.pk)

    def terms(self, **changes: Any) -> Terms:
        said = {
            "workspace": self.payable,
            "token": uuid.uuid4(),
            "purpose": "pay-invoices",
            "basis": "contract",
            "manual_review": True,
        }
        return Terms(**{**said, **changes})

    def send(
        self,
        content: bytes | None = None,
        *,
        name: str = "paper.png",
        sender: User | None = None,
        **terms: Any,
    ) -> Document:
        """Send a document as Clara would; a drawn page if none is given."""
        sender = sender or self.clara
        assert sender.organisation_id is not None
        arrival = Arrival(name, sender.organisation_id, largest=50 * 2**20)
        arrival.write(content if content is not None else invoice_png())
        return intake.receive(arrival, terms=self.terms(**terms), sender=sender)


@contextmanager
def _house() -> Iterator[House]:
    house = House()
    with acting_for(house.halden.pk):
        yield house


@contextmanager
def _connected_to(database: str, *, as_role: str) -> Iterator[None]:
    _connect(database, as_role)
    try:
        yield
    finally:
        connection.close()


def _connect(database: str, as_role: str) -> None:
    user, password = server.role(as_role)
    connection.close()
    connection.settings_dict.update(NAME=database, USER=user, PASSWORD=password)


def _empty() -> None:
    """Empty every table; a web server under test may be in the middle of a last request."""
    for _ in range(20):
        with suppress(psycopg.errors.DeadlockDetected):
            return _empty_once()
    raise AssertionError("The database could not be emptied.")


def _empty_once() -> None:
    """Only the owner can switch the trail's guards off, and only a test does."""
    guarded = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only_truncate'"
    with _owner() as db, db.transaction():
        tables = [
            row[0]
            for row in db.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " AND relkind IN ('r', 'p') AND NOT relispartition"
            ).fetchall()
            if row[0] not in KEPT_TABLES
        ]
        guards = [row[0] for row in db.execute(guarded).fetchall()]
        for one in guards:
            db.execute(f"ALTER TABLE {one} DISABLE TRIGGER append_only_truncate")
        db.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        for one in guards:
            db.execute(f"ALTER TABLE {one} ENABLE ALWAYS TRIGGER append_only_truncate")


@contextmanager
def _owner() -> Iterator[Any]:
    user, password = server.role("owner")
    about = connection.settings_dict
    with psycopg.connect(
        host=about["HOST"],
        port=about["PORT"] or None,
        dbname=about["NAME"],
        user=user,
        password=password,
        autocommit=True,
    ) as db:
        yield db
