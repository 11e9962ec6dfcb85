"""Browsers in which people of the cast are signed in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from apps.accounts.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
JSON = {"HTTP_ACCEPT": "application/json"}  # what our own modules ask for

As = Callable[..., Client]


@pytest.fixture
def as_() -> As:
    """A browser in which somebody, or nobody, is signed in."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # the middleware warns of none

    def sign_in(user: User | None, **options: Any) -> Client:
        client = Client(**options)
        if user is not None:
            client.force_login(user, backend=BACKEND)
        return client

    return sign_in
