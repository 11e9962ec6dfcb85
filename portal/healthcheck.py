"""Asked by a container's health check: `python -m portal.healthcheck [worker]`."""

import os
import sys
import urllib.request
from pathlib import Path

PATIENCE = 4  # seconds


def main() -> int:
    return _worker() if "worker" in sys.argv[1:] else _web()


def _web() -> int:
    """Ask as the proxy would, for the host that people type."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split()[0]
    port = os.environ.get("PORT", "8000")
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/readyz", headers={"Host": host, "X-Forwarded-Proto": "https"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310
            return 0 if answer.status == 200 else 1
    except OSError:
        return 1


def _worker() -> int:
    """Whether the container's first process still is a worker; its work has leases of its own."""
    return 0 if b"worker" in Path("/proc/1/cmdline").read_bytes().split(b"\0") else 1


if __name__ == "__main__":
    sys.exit(main())
