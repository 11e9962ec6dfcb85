"""Behind the wall: whether a stranger's METS or PREMIS can be read. One JSON object out."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

from apps.preservation.jailed import mets


def main() -> None:
    reading = mets.read(sys.stdin.buffer.read(), now=datetime.now(UTC))
    sys.stdout.write(json.dumps({"errors": reading.errors, "faults": reading.faults}))
