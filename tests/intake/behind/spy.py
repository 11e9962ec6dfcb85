"""A reader that only says what it can reach from where it runs."""

import json
import socket
import sys
from pathlib import Path


def main() -> None:
    port = int(sys.argv[1])
    said = {"engine": f"network {network(port)}, files {files()}", "version": "1"}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    sys.stdin.buffer.read()


def network(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def files() -> bool:
    return any(Path(path).exists() for path in ("/etc/passwd", "/etc/hosts", "/var"))
