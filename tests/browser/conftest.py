"""Chromium in front of the real web server; the database and the vault are the test's own."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import axe_playwright_python
import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from apps.accounts.models import User
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import runner
from tests import server
from tests.conftest import House
from tests.sealing import Sealing

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps a loop in this thread
PATIENCE = 60.0  # seconds, on a busy machine; a test that waits longer has failed
expect.set_options(timeout=PATIENCE * 1000)

ROOT = Path(__file__).parents[2]
PASSWORD = "a long enough sentence"
HASHED = make_password(PASSWORD, hasher="argon2")  # what the real server expects
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium these tests say so; where tests must not be missing, they fail."""
    if Path(CHROMIUM).exists() or os.environ.get("CI") == "true":
        return
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.skip(reason=f"{CHROMIUM} is not installed"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        loop = asyncio._get_running_loop()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        asyncio._set_running_loop(loop)  # the last test may have left it aside
        browser.close()


@pytest.fixture(scope="session")
def address(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """The portal behind gunicorn, on the test database."""
    call_command("collectstatic", "--noinput", verbosity=0)
    port = _free_port()
    log = (server.VAR / "web-under-test.log").open("ab")
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config=python:portal.embedded.web",
         f"--bind=127.0.0.1:{port}", "--workers=1", "portal.wsgi"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": _url(), "VAR_DIR": str(server.VAR)},
        stdout=log,
        stderr=log,
    )  # fmt: skip
    try:
        _wait(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        web.terminate()
        web.wait(30)
        log.close()


@pytest.fixture
def portal(address: str, chromium: Browser, real_house: House, settings: Any) -> Iterator["Portal"]:
    settings.VAULT_DIR = server.places.vault  # where the web server looks
    User.objects.update(password=HASHED)
    portal = Portal(address, chromium, real_house)
    yield portal
    portal.close()
    shutil.rmtree(server.places.vault, ignore_errors=True)
    assert portal.complaints == []


@pytest.fixture
def sealed(portal: "Portal", sealing: Sealing) -> Iterator[None]:
    """A sequencer is at work, so that what has to be sealed before it is seen can be."""
    with sealing.at_work():
        yield


@dataclass
class Portal:
    """The site, the people, and a browser for each of them."""

    address: str
    chromium: Browser
    house: House
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, person: User | None, path: str = "/", **options: object) -> Page:
        """A page for a person who has just signed in; what its console says is collected."""
        context = self.chromium.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce", **options}
        )
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)
        if person is not None:
            context.add_cookies([self._session(person)])
        page.goto(self.address + path)
        return page

    def sign_in(self, page: Page, person: User) -> None:
        """Sign in as people do, by the page."""
        page.goto(f"{self.address}/sign-in/")
        page.fill("#id_login", person.email)
        page.fill("#id_password", PASSWORD)
        page.click("button[data-kind=primary]")
        page.wait_for_url(f"{self.address}/")

    def work(self) -> None:
        """What the workers would do now."""
        for document in Document.objects.all():
            runner.run(intake.job_of(document).pk)

    def _session(self, person: User) -> dict[str, str]:
        """The cookie of somebody who has signed in, without the seconds it takes."""
        client = Client()
        fresh = User.objects.get(pk=person.pk)  # a session is bound to the present password
        client.force_login(fresh, backend=settings.AUTHENTICATION_BACKENDS[1])
        name = settings.SESSION_COOKIE_NAME
        return {"name": name, "value": client.cookies[name].value, "url": self.address}

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _listen(self, message: object) -> None:
        refused = "Failed to load resource" in message.text  # type: ignore[attr-defined]
        if message.type == "error" and not refused:  # type: ignore[attr-defined]
            self.complaints.append(message.text)  # type: ignore[attr-defined]


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """What axe-core has against a page, a line each; the page's policy must let it in."""
    source = next(iter(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js"))).read_text()

    def violations(page: Page) -> list[str]:
        if not page.evaluate("Boolean(window.axe)"):
            page.evaluate(source)
        found = page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
        return [
            f"{page.url}: {one['id']} at {one['nodes'][0]['target']}" for one in found["violations"]
        ]

    return violations


def _url() -> str:
    about = connection.settings_dict
    query = urlencode({"host": about["HOST"]}) if str(about["HOST"]).startswith("/") else ""
    place = "" if query else f"{about['HOST']}:{about['PORT'] or 5432}"
    secret = quote(about["PASSWORD"], safe="")
    return f"postgresql://{about['USER']}:{secret}@{place}/{about['NAME']}?{query}"


def _wait(address: str) -> None:
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("The web server did not start; see web-under-test.log.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(true: Callable[[], object]) -> None:
    """Wait until something holds that a request still on its way brings about."""
    patience = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < patience, "It did not happen in time."
        time.sleep(0.05)
