"""Programs that call the API: a key each, and no cookie."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts import services as accounts
from apps.accounts.models import ApiKey
from apps.accounts.scopes import Scope
from apps.accounts.services import Issued
from apps.base.scope import acting_for
from tests.conftest import House

V1 = "/api/v1/"
ALL = list(Scope)
PROBLEM = "application/problem+json"


class Program:
    """Calls with one key, as a program outside the portal does: no scope is open around it."""

    def __init__(self, token: str, *, key: ApiKey | None = None, place: str = "") -> None:
        self.key, self.token, self.place = key, token, place or "198.51.100.7"

    def call(self, method: str, path: str, *args: Any, token: str | None = None, **more: Any):
        said = self.token if token is None else token
        headers = {
            **({"Authorization": f"Bearer {said}"} if said else {}),
            **more.pop("headers", {}),
        }
        client = Client(raise_request_exception=more.pop("strict", True))
        with acting_for(None):
            send = getattr(client, method)
            return send(V1 + path, *args, headers=headers, REMOTE_ADDR=self.place, **more)

    def get(self, path: str, *args: Any, **more: Any):
        return self.call("get", path, *args, **more)

    def submit(
        self, content: bytes | None = None, *, token: str = "", files: Any = None, **said: Any
    ):
        """Submit a file; a part that is None is left out."""
        content = b"\x89PNG\r\n\x1a\n" + uuid.uuid4().bytes if content is None else content
        form = {"purpose": "pay-invoices", "basis": "contract", "manual_review": "true"}
        form |= {"file": SimpleUploadedFile("paper.png", content)} if files is None else files
        form = {name: value for name, value in {**form, **said}.items() if value is not None}
        headers = {"Idempotency-Key": token or str(uuid.uuid4())}
        return self.call("post", "documents/", form, headers=headers)


def issue(house: House, **about: Any) -> Issued:
    wanted = {
        "name": "Ledger",
        "holder": house.ida,
        "workspace": house.payable,
        "scopes": ALL,
        "lasts": timedelta(days=90),
        "user": house.otto,
    }
    return accounts.issue(**{**wanted, **about})


Issue = Callable[..., Program]


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def program(house: House) -> Issue:
    """A program with a new key."""

    def make(*scopes: Scope, **about: Any) -> Program:
        if scopes:
            about["scopes"] = list(scopes)
        issued = issue(house, **about)
        return Program(issued.token.text, key=issued.key)

    return make


@pytest.fixture
def ledger(program: Issue) -> Program:
    """A program that may do everything a key can."""
    return program()
