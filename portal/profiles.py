"""What the production profile refuses, each with one sentence and what to do about it.

The environment is looked at before any setting is made of it, so that nothing starts half. What
only a running system can tell is in `checks.py`.
"""

import re
import stat
import sys
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

PROFILES = ("embedded", "production")
SHORTEST_SECRET = 50  # characters
SHORTEST_PASSWORD = 16  # characters, of a database or queue
FEWEST_CHARACTERS = 12  # different ones in a long secret, and half as many as it has in a short one
MADE_UP = re.compile(r"change.?me|insecure|secret|example|default|password", re.IGNORECASE)
BROKERS = ("redis", "rediss", "amqp", "amqps")
OTHERS_MAY = stat.S_IRWXO | stat.S_IWGRP | stat.S_IXGRP
Given = Mapping[str, str]


def refuse(given: Given) -> None:
    """End the process, in words, if the environment is none to run in."""
    if found := list(refusals(given)):
        sys.exit("\n".join(["The portal does not start:", *(f"- {one}" for one in found)]))


def refusals(given: Given) -> Iterator[str]:
    profile = given.get("PORTAL_PROFILE", "embedded")
    if profile not in PROFILES:
        yield f"PORTAL_PROFILE is one of: {', '.join(PROFILES)}."
    if profile != "production":
        return
    if given.get("DATABASE_ROLE") == "sequencer":
        yield from _sequencer(given)
        return
    for one in (
        _secret_key,
        _root_keys,
        _addresses,
        _database,
        _broker,
        _transport,
        _authorities,
        _debug,
    ):
        yield from one(given)


def _secret_key(given: Given) -> Iterator[str]:
    key = yield from _read(given, "SECRET_KEY")
    if key is None:
        return
    if _is_easy(key, shortest=SHORTEST_SECRET):
        yield (
            f"SECRET_KEY is too easy to guess: give {SHORTEST_SECRET} random characters, "
            "for example from `openssl rand -base64 48`."
        )


def _root_keys(given: Given) -> Iterator[str]:
    text = yield from _read(given, "ROOT_KEYS")
    if text is None:
        return
    lines = text.split()
    keys = [line.partition(":")[2] for line in lines]
    if not lines or not all(re.fullmatch(r"[\w-]+:[0-9a-fA-F]{64}", line) for line in lines):
        yield (
            "ROOT_KEYS holds lines of `id:64 hexadecimal digits`; make one with "
            "`echo first:$(openssl rand -hex 32)`."
        )
    elif any(len(set(key)) < 8 for key in keys):
        yield "A root key is made up: make it with `openssl rand -hex 32`."


def _addresses(given: Given) -> Iterator[str]:
    hosts = given.get("ALLOWED_HOSTS", "").split()
    if not hosts or any(host.startswith("*") for host in hosts):
        yield "ALLOWED_HOSTS names the portal's host names, like `portal.example`, and no `*`."
    origins = given.get("TRUSTED_ORIGINS", "").split()
    if not all(origin.startswith("https://") for origin in origins):
        yield "TRUSTED_ORIGINS begin with `https://`."


def _database(given: Given) -> Iterator[str]:
    url = yield from _read(given, "DATABASE_URL")
    if url is None:
        return
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        yield "DATABASE_URL is like `postgresql://person:secret@host:5432/name`."
    elif parts.username == "postgres":
        yield (
            "DATABASE_URL names `postgres`, who may do everything: make the roles of "
            "deploy/README.md and name `portal_app`."
        )
    else:
        yield from _password("DATABASE_URL", url)


def _broker(given: Given) -> Iterator[str]:
    url = yield from _read(given, "BROKER_URL")
    if url is not None and urlsplit(url).scheme not in BROKERS:
        yield "BROKER_URL names Redis or RabbitMQ, like `redis://host:6379/0`; no folder."
    elif url is not None:
        yield from _password("BROKER_URL", url)


def _password(name: str, url: str) -> Iterator[str]:
    """Of a server that asks for none there is nothing to say."""
    password = unquote(urlsplit(url).password or "")
    if password and _is_easy(password, shortest=SHORTEST_PASSWORD):
        yield f"The password in {name} is too easy to guess: make one with `openssl rand -hex 24`."


def _is_easy(secret: str, *, shortest: int) -> bool:
    few = len(set(secret)) < min(FEWEST_CHARACTERS, shortest // 2)
    return len(secret) < shortest or few or bool(MADE_UP.search(secret))


def _transport(given: Given) -> Iterator[str]:
    if given.get("BEHIND_TLS", "True") != "True":
        yield "BEHIND_TLS is True in production: put a proxy before the portal that ends TLS."


def _authorities(given: Given) -> Iterator[str]:
    addresses = given.get("TIMESTAMP_AUTHORITIES", "").split()
    if not all(address.startswith(("https://", "http://")) for address in addresses):
        yield "TIMESTAMP_AUTHORITIES begin with `https://` or `http://`; their answers are signed."


def _sequencer(given: Given) -> Iterator[str]:
    """It signs what it is told, so it is told nothing but what it needs."""
    own = any(given.get(f"DATABASE_SEQUENCER_URL{suffix}") for suffix in ("", "_FILE"))
    name = "DATABASE_SEQUENCER_URL" if own else "DATABASE_URL"
    url = yield from _read(given, name)
    if url is not None:
        yield from _password(name, url)
    path = Path(given.get("SEQUENCER_KEYS_FILE", ""))
    if not path.is_file():
        yield (
            "SEQUENCER_KEYS_FILE names no file: make one with "
            "`manage.py sequence --new-key`, and keep a copy offline."
        )
    elif path.stat().st_mode & OTHERS_MAY:
        yield "SEQUENCER_KEYS_FILE is open to others: `chmod 0400` it."


def _debug(given: Given) -> Iterator[str]:
    if any(given.get(name, "") not in ("", "0", "False") for name in ("DEBUG", "DJANGO_DEBUG")):
        yield "Take DEBUG out of the environment: pages of errors would show what they hold."


def _read(given: Given, name: str) -> Generator[str, None, str | None]:
    """What a name or its file holds, None if nothing; yields what is wrong with the file."""
    if path := given.get(f"{name}_FILE"):
        return (yield from _read_file(name, Path(path)))
    if not given.get(name):
        yield f"{name} is missing: set it, or {name}_FILE to a file that holds it."
        return None
    return given[name]


def _read_file(name: str, path: Path) -> Generator[str, None, str | None]:
    try:
        mode, text = path.stat().st_mode, path.read_text().strip()
    except OSError:
        yield f"{name}_FILE cannot be read: check that the file is there and is the portal's own."
        return None
    if mode & OTHERS_MAY:
        yield f"{name}_FILE is open to others: `chmod 0400` it, and give it to the portal's user."
    return text
