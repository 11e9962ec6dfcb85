"""A properly configured production environment, as a mapping."""

import os
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

from django.db import connection

ROOT = Path(__file__).parents[2]
TOKEN = "q7Zt2mX9vL4cR8sB1nK6wJ3hD5gF0pYxUeTaQoIiEuVdMzNb"


def environment(folder: Path) -> dict[str, str]:
    """With secrets in files that only their owner reads, and no database yet."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    given = {
        "PORTAL_PROFILE": "production",
        "VAR_DIR": str(folder / "var"),
        "ALLOWED_HOSTS": "portal.test",
        "TRUSTED_ORIGINS": "https://portal.test",
        "DATABASE_URL": f"postgresql://portal_app:{TOKEN}@database.test/portal",
        "BROKER_URL": "redis://broker.test:6379/0",
        "SECRET_KEY_FILE": secret(folder, "session-key", TOKEN * 2),
        "ROOT_KEYS_FILE": secret(folder, "root-keys", f"first:{os.urandom(32).hex()}"),
    }
    return {**kept, **given}


def secret(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(text)
    return str(path)


def our_database(user: str, password: str) -> str:
    """The URL of the database under test, for some role."""
    about = connection.settings_dict
    host = urlencode({"host": about["HOST"]})
    port = f":{about['PORT']}" if about["PORT"] else ""
    return f"postgresql://{user}:{quote(password, safe='')}@{port}/{about['NAME']}?{host}"


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
