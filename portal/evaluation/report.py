"""One shape for every measurement: a single JSON object on standard output."""

import json
import os
import platform
import subprocess
from typing import Any

from django.db import connection

from portal.embedded.children import ROOT


def report(name: str, *, settings: dict[str, Any], figures: dict[str, Any]) -> str:
    """The object as text; a figure's name carries its unit."""
    said = {
        "name": name,
        "version": _version(),
        "machine": _machine(),
        "settings": settings,
        "figures": {key: _rounded(value) for key, value in figures.items()},
    }
    return json.dumps(said, ensure_ascii=False, indent=2)


def _machine() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgresql = cursor.fetchone()[0]
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "postgresql": str(postgresql).split()[0],
    }


def _version() -> str:
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607 - whichever git there is
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    return said.stdout.strip() or "unknown"


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value
