"""Typed readers of the environment; the only module that touches os.environ for settings."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def everything() -> Mapping[str, str]:
    return os.environ


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def number(name: str, default: int) -> int:
    raw = os.environ.get(name, str(default))
    if not raw.isdigit():
        raise ImproperlyConfigured(f"{name} is a whole number.")
    return int(raw)


def flag(name: str, default: bool) -> bool:
    raw = os.environ.get(name, str(default))
    if raw not in ("True", "False"):
        raise ImproperlyConfigured(f"{name} is True or False.")
    return raw == "True"


def secret(name: str, default: str | None = None) -> str:
    """Read a secret from the file named by NAME_FILE, or from NAME itself."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} (or {name}_FILE) is not set.")
    return value


# Values travel apart from statements. The server keeps the plans of those it has seen often, and
# no statement in its logs, lists and statistics holds a value.
APART = {"server_side_binding": True, "prepare_threshold": 5}


def database(url: str) -> dict[str, object]:
    """Django's view of a URL like `postgresql://person:secret@host:5432/name?sslmode=require`.

    A host that begins with a slash, or a `host=` in the query, names the folder of a socket.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("A database URL begins with postgresql://")
    query = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.pop("host", parts.hostname or "")),
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": {**APART, **{key: unquote(value) for key, value in query.items()}},
    }


class MailServer(NamedTuple):
    """Where mail goes, as Django asks for it."""

    host: str
    port: int
    user: str
    password: str
    tls: bool  # from the first byte on
    starttls: bool  # after a word in clear


def mail(url: str) -> MailServer:
    """A mail server by a URL like `smtps://person:secret@host:465`, or `smtp://` for STARTTLS.

    Without credentials a server next door is spoken to in clear, as one on this machine is.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured("A mail server's URL begins with smtps:// or smtp://")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    tls = parts.scheme == "smtps"
    port = parts.port or (465 if tls else 25)
    return MailServer(parts.hostname, port, user, password, tls, bool(user) and not tls)
