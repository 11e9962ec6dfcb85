"""One shape for every measurement: a single JSON object on standard output."""

import json
import os
import platform
import subprocess
from typing import Any

from django.db import connection

from portal.embedded.children import ROOT


def report(name: str, *, settings: dict[str, Any], figures: dict[str, Any], **beside: Any) -> str:
    """The object as text; a figure's name carries its unit. What is no figure stands beside."""
    said = {
        "name": name,
        "version": _version(),
        "machine": _machine(),
        "settings": settings,
        "figures": _rounded(figures),
        **{key: _rounded(value) for key, value in beside.items()},
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
    """Four decimals, however deep."""
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return round(value, 4) if isinstance(value, float) else value
