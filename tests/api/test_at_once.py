"""Two programs at the same moment, with real commits."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from apps.intake import checks
from apps.intake.models import Document
from tests.api.calls import Program, issue
from tests.base.locks import PATIENCE
from tests.intake.conftest import stored

__all__ = ["stored"]

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def twice(real_house, monkeypatch) -> Callable[..., list[int]]:
    """Submit two files at once under one token; both are checked before either is written."""
    token = issue(real_house).token.text
    both = threading.Barrier(2, timeout=PATIENCE)

    def said(*_: object) -> dict[str, object]:
        both.wait()
        return {"pages": 1, "signed": False}

    monkeypatch.setattr(checks, "_said", said)

    def submit(*contents: bytes) -> list[int]:
        statuses: list[int] = []

        def one(content: bytes) -> None:
            statuses.append(Program(token).submit(content, token="march-17").status_code)
            connection.close()

        threads = [threading.Thread(target=one, args=[content]) for content in contents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(statuses)

    return submit


def test_the_same_file_twice_at_once_is_one_job(twice, stored):
    assert twice(PNG + b"one", PNG + b"one") == [200, 201]
    assert Document.objects.count() == len(stored()) == 1


def test_of_two_files_under_one_token_at_once_one_is_told(twice, stored):
    assert twice(PNG + b"one", PNG + b"two") == [201, 409]
    assert Document.objects.count() == len(stored()) == 1
