"""Programs that try things behind the wall, and say how far they came.

Run as jailed modules: `main` gets the name of the attempt on its command line.
"""

import ctypes
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

MEGABYTE = 1 << 20


def main() -> None:
    attempt, *arguments = sys.argv[1:]
    sys.stdout.write(ATTEMPTS[attempt](*arguments))
    sys.stdout.flush()


def echo() -> str:
    return sys.stdin.buffer.read().decode()


def connect(host: str, port: str) -> str:
    """To a port that somebody listens on outside."""
    with socket.create_connection((host, int(port)), timeout=5):
        return "connected"


def connect_local(path: str) -> str:
    """To a socket in the file system, as the database has one."""
    with socket.socket(socket.AF_UNIX) as there:
        there.connect(path)
        return "connected"


def read(path: str) -> str:
    return Path(path).read_text()


def write(path: str) -> str:
    Path(path).write_text("was here")
    return "written"


def see_processes() -> str:
    return " ".join(entry.name for entry in Path("/proc").iterdir() if entry.name.isdigit())


def see_environment() -> str:
    return " ".join(sorted(os.environ))


def see_namespaces() -> str:
    """Which network and which neighbours it has, as the kernel numbers them."""
    return " ".join(
        str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in ("net", "ipc", "user")
    )


def see_rights() -> str:
    """What it may do, or could take up again, beside what everybody may."""
    lines = Path("/proc/self/status").read_text().splitlines()
    held = [line.split()[1] for line in lines if line.startswith(("CapPrm", "CapEff", "CapInh"))]
    return " ".join(held)


def become_root() -> str:
    os.setuid(0)
    return "root"


def mount() -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    return str(libc.mount(b"none", b"/tmp", b"tmpfs", 0, b""))


def allocate() -> str:
    held = [bytearray(MEGABYTE) for _ in range(4096)]
    return f"{len(held)} MB"


def loop() -> str:
    while True:
        pass


def sleep() -> str:
    while True:
        time.sleep(1)


def fill() -> str:
    with Path("/tmp/large").open("wb") as large:
        for _ in range(1024):
            large.write(bytes(MEGABYTE))
    return "written"


def open_many() -> str:
    held = [os.open("/dev/null", os.O_RDONLY) for _ in range(1000)]
    return str(len(held))


def fork(token: str) -> str:
    """Leave a child behind that would sleep for ever; it holds no pipe of ours."""
    if child := os.fork():
        return str(child)
    for stream in (0, 1, 2):
        os.close(stream)
    return sleep()


def fork_holding(token: str) -> str:
    """Leave a child behind that keeps the portal's pipe open."""
    if child := os.fork():
        return str(child)
    return sleep()


def run_a_program(token: str) -> str:
    os.execv(sys.executable, [sys.executable, "-c", "print(1)", token])  # noqa: S606


def start_threads() -> str:
    threads = [threading.Thread(target=time.sleep, args=[0.1]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return str(len(threads))


def end(process: str) -> str:
    """Ask whether a process could be sent a signal; none is sent."""
    os.kill(int(process), 0)
    return "could"


def crash() -> str:
    sys.stdout.write("half")
    sys.stdout.flush()
    os.abort()


ATTEMPTS: dict[str, Callable[..., str]] = {
    one.__name__: one
    for one in (
        echo, connect, connect_local, read, write, see_processes, see_environment,
        see_namespaces, see_rights, become_root,
        mount, allocate, loop, sleep, fill, open_many, fork, fork_holding, run_a_program,
        start_threads, end, crash,
    )
}  # fmt: skip
