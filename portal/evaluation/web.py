"""The memory of the web server as it is delivered, while people send and look."""

import os
import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from apps.accounts.models import User
from apps.extraction.synthetic import draw
from apps.intake import purposes
from apps.intake.models import Document
from apps.retention import services as retention
from portal.embedded.children import ROOT
from portal.evaluation import memory

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PATIENCE = 60.0  # seconds for the first page
AT_ONCE = 4  # large uploads
LARGE = 45 << 20  # bytes of each
LOOKS = 20  # pages looked at
PAGES = ("/", "/upload/", "/jobs/")


def peak_mb(sender: User) -> float:
    """The most megabytes that one web process had under large uploads at once and many pages."""
    with serving({"VAR_DIR": str(settings.PLACES.var)}) as (port, process):
        _use(Browser(port, sender))
        return max(memory.peak_mb(one) for one in memory.family(process))


@contextmanager
def serving(environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """The web server as it is delivered: its port and its process, until it is done with."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config=python:portal.embedded.web",
         f"--bind=127.0.0.1:{port}", "portal.wsgi"],
        cwd=ROOT, env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


class Browser:
    """A person who is signed in, as far as the server can tell."""

    def __init__(self, port: int, person: User) -> None:
        self.port, self.person = port, person
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = BACKEND
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        self.cookies = {settings.SESSION_COOKIE_NAME: str(session.session_key)}
        self._wait()

    def get(self, address: str) -> str:
        return self._ask("GET", address, b"", {})

    def send(self, content: bytes, name: str) -> str:
        purpose = next(iter(purposes.load().purposes.values()))
        form = {
            "token": str(uuid.uuid4()),
            "workspace": str(self.person.workspaces.order_by("name")[0].pk),
            "purpose": purpose.name,
            "basis": purpose.bases[0],
            "manual_review": "on",
            "again": "on",
        }
        fields = encode_multipart(BOUNDARY, form).removesuffix(f"--{BOUNDARY}--\r\n".encode())
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; '
            f'filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        )
        body = fields + head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        headers = {"Content-Type": MULTIPART_CONTENT, "X-CSRFToken": self.token}
        return self._ask("POST", "/upload/", body, headers)

    def open_form(self) -> None:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get("/upload/"))
        assert found is not None  # it is a form
        self.token = found[1]

    def _ask(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> str:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers |= {"Cookie": cookies, "Accept": "application/json, text/html"}
        connection.request(method, address, body, headers)
        answer = connection.getresponse()
        for name, value in re.findall(
            r"(?:^|, )([\w-]+)=([^;]*);", answer.headers.get("Set-Cookie", "")
        ):
            self.cookies[name] = value
        said = answer.read().decode()
        if answer.status >= 400:
            raise RuntimeError(f"The web server answered {answer.status}.")
        return said

    def _wait(self) -> None:
        patience = time.monotonic() + PATIENCE
        while True:
            try:
                self.get("/healthz")
                return
            except OSError:
                if time.monotonic() > patience:
                    raise
                time.sleep(0.2)


def _use(browser: Browser) -> None:
    """Large files at once, then pages; what was sent is deleted as its sender would."""
    browser.open_form()
    files = [_large(number) for number in range(AT_ONCE)]
    began = set(Document.objects.values_list("pk", flat=True))
    with ThreadPoolExecutor(AT_ONCE) as people:
        list(people.map(browser.send, files, [f"{number}.jpg" for number in range(AT_ONCE)]))
    for number in range(LOOKS):
        browser.get(PAGES[number % len(PAGES)])
    for document in Document.objects.exclude(pk__in=began).filter(sender=browser.person):
        retention.delete(document, user=browser.person)


def _large(number: int) -> bytes:
    """A page and bytes behind its end, which no decoder minds and every copy would show."""
    drawn = draw("receipt", seed=number, form="jpeg")
    return drawn.content + os.urandom(LARGE - len(drawn.content))
