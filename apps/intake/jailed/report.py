"""Behind the wall: try what must not work, and say what did.

Argument: a file outside. One JSON object out; every value true is a hole.
"""

import json
import os
import socket
import sys
from pathlib import Path

NOWHERE = ("192.0.2.1", 9)  # an address for documentation; UDP sends nothing by connecting


def main() -> None:
    outside = sys.argv[1]
    said = {"network": _network(), "files": _reads(outside), "children": _children()}
    sys.stdout.write(json.dumps(said))


def _network() -> bool:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(NOWHERE)
    except OSError:
        return False
    return True


def _reads(path: str) -> bool:
    try:
        Path(path).read_bytes()
    except OSError:
        return False
    return True


def _children() -> bool:
    try:
        child = os.fork()
    except OSError:
        return False
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True
