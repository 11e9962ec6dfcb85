"""`deploy/env.example`, made from the table of settings, so that the two cannot differ."""

import re
import textwrap
from pathlib import Path

SETTINGS = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
ROW = re.compile(r"^\| `([A-Z0-9_]+)`( \(secret\))? \| (.*?) \| (.*?) \|$", re.MULTILINE)
HEAD = """\
# Environment of a production installation: copy it to deploy/production.env.
# Written by `manage.py envexample` from docs/settings.md. What is commented out has a default.
"""
GIVEN = {  # what production cannot start without, for the services of compose.yaml
    "PORTAL_PROFILE": "production",
    "ALLOWED_HOSTS": "portal.example",
    "TRUSTED_ORIGINS": "https://portal.example",
    "DATABASE_URL": "/run/secrets/database-url",
    "BROKER_URL": "/run/secrets/broker-url",
    "SECRET_KEY": "/run/secrets/session-key",
    "ROOT_KEYS": "/run/secrets/root-keys",
}
NOT_THERE = {"PORTAL_PG_BIN", "DATABASE_ROLE", "VAR_DIR", "STATIC_DIR", "PORT"}  # set by the image


def text() -> str:
    rows = ROW.findall(SETTINGS.read_text())
    return HEAD + "".join(_entry(*row) for row in rows if row[0] not in NOT_THERE)


def _entry(name: str, secret: str, default: str, what: str) -> str:
    words = textwrap.wrap(what.replace("`", ""), width=96)
    said = "".join(f"# {line}\n" for line in words)
    if name in GIVEN:
        key = f"{name}_FILE" if secret else name
        return f"\n{said}{key}={GIVEN[name]}\n"
    return f"\n{said}#{name}{'_FILE' if secret else ''}=\n"
