"""Where hostile bytes are parsed: a process of its own, without network, with limits.

Bubblewrap builds the best wall: an empty file system with the interpreter and our programs in
it read-only, no network, no other processes, no privileges. Without it the process takes off
network, neighbours and files by itself where the kernel lets it (`jailed/walls.py`). Sockets and
children are refused, and memory, time and files limited, in either case. `wall()` says which
stands; `standing()` sends a program behind it to see what it can reach.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import site
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import BinaryIO, cast

from apps.base.errors import PortalError, Unavailable

ROOT = Path(__file__).resolve().parents[2]  # holds the package `apps`
PIECE = 256 * 1024  # bytes fed at once
REPORT = "apps.intake.jailed.report"
SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/fonts")
# What programs look at of devices and of themselves; bubblewrap brings its own.
DEVICES = (
    "/dev/null", "/dev/urandom", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
    "/sys/devices/system/cpu",
)  # fmt: skip
KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)  # as bubblewrap says it
LAST_BREATH = 1.0  # seconds between the end of an answer and that of its program
BROKEN = "The file could not be read within its limits."
BOOT = "import sys; sys.path.insert(0, sys.argv.pop(1)); from apps.intake.jailed import boot"


class Wall(StrEnum):
    BUBBLEWRAP = "bubblewrap"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class Standing:
    """Which wall stands, and what a program behind it still reached when it tried."""

    wall: Wall
    network: bool
    files: bool  # any that it was not shown
    children: bool  # processes of its own

    @property
    def tight(self) -> bool:
        return not (self.network or self.files or self.children)


@dataclass(frozen=True, slots=True)
class Limits:
    memory: int = 1 << 30  # bytes of address space
    cpu: int = 20  # seconds
    wall: int = 40  # seconds
    files: int = 64  # open at once
    written: int = 64 << 20  # bytes in any one file


@dataclass(frozen=True, slots=True)
class Place:
    """What one program needs to see behind the wall beside what all of them do."""

    python: str = sys.executable
    folders: tuple[str, ...] = ()  # read-only
    devices: tuple[str, ...] = ()


class NoWall(Unavailable):
    """This machine cannot build the wall that was demanded."""


class Broken(PortalError):
    """The jailed program ended early: it hit a limit, crashed, or was given too long."""

    status = 422


class Killed(Unavailable):
    """Somebody else ended the program, as a machine does that runs out of memory."""

    attempts = 3  # it may be the file that eats the machine

    def __init__(self) -> None:
        super().__init__("The program that opens documents was ended from outside. Try again.")


_demanded: set[Wall] = set()


def demand(least: Wall) -> None:
    """From now on start nothing in this process behind a lesser wall."""
    _demanded.add(least)


@cache
def wall() -> Wall:
    """The best wall this machine can build, tried once."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return Wall.LIMITS
    probe = subprocess.run(
        [*_bubblewrap(bwrap), "true"], capture_output=True, check=False, timeout=20
    )
    return Wall.BUBBLEWRAP if probe.returncode == 0 else Wall.LIMITS


def command(module: str, *arguments: str, limits: Limits, place: Place | None = None) -> list[str]:
    """The command line that runs a module's `main` behind the wall.

    Raises:
        NoWall: a better wall was demanded than this machine builds.
    """
    place = place or Place()
    if _demanded - {wall()}:
        raise NoWall("This machine cannot open documents safely. Tell your administrator.")
    given = ",".join(f"{name}={value}" for name, value in asdict(limits).items())
    bwrap = shutil.which("bwrap") if wall() is Wall.BUBBLEWRAP else None
    around = [*_bubblewrap(bwrap), *_also_shown(place)] if bwrap else []
    shown = "" if bwrap else ":".join([*_folders(), *DEVICES, *place.folders, *place.devices])
    python = [place.python, "-I", "-c", BOOT, str(ROOT), given, shown, module, *arguments]
    return [*around, *python]


@cache
def standing() -> Standing:
    """What the wall of this machine holds back, found out by trying, once.

    Raises:
        Broken: not even the trial came to its end.
    """
    outside = str(ROOT / "manage.py")
    with fed(REPORT, outside, source=io.BytesIO(), limits=Limits(wall=20)) as output:
        said = json.loads(output.read(1000) or b"null")
    return Standing(wall(), said["network"], said["files"], said["children"])


@contextmanager
def fed(
    module: str, *arguments: str, source: BinaryIO, limits: Limits | None = None
) -> Iterator[BinaryIO]:
    """Run a jailed program on some bytes and read what it writes.

    Raises:
        Broken: the program did not end well. What was read before may be incomplete.
        Killed: it was not its own fault, nor that of what it was given.
    """
    limits = limits or Limits()
    process = subprocess.Popen(
        command(module, *arguments, limits=limits),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,
    )
    late = threading.Event()
    timer = threading.Timer(limits.wall, _end_late, [process.pid, late])
    feeder = threading.Thread(target=_feed, args=(source, process.stdin), daemon=True)
    timer.start()
    feeder.start()
    output = cast(BinaryIO, process.stdout)
    try:
        with _judged(process, late):
            yield output
    finally:
        timer.cancel()
        _end(process.pid)
        process.wait()
        feeder.join(5)
        output.close()


@contextmanager
def _judged(process: subprocess.Popen[bytes], late: threading.Event) -> Iterator[None]:
    """Tell how a program ended; whoever read half an answer may have stumbled over it first."""
    try:
        yield
    except Exception as error:
        with suppress(subprocess.TimeoutExpired):
            process.wait(LAST_BREATH)
        if _was_killed(process, late):
            raise Killed from error
        raise
    if process.wait() != 0:
        raise Killed if _was_killed(process, late) else Broken(BROKEN)


def _was_killed(process: subprocess.Popen[bytes], late: threading.Event) -> bool:
    """Whether by others: limits end a program otherwise, and ours is said before it is done."""
    return process.returncode in KILLED and not late.is_set()


def environment() -> dict[str, str]:
    """What a jailed program knows of the outside: nothing."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "2"}


def _end(leader: int) -> None:
    """Kill a program and what it started: a child that outlived it would hold our pipe open."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _end_late(leader: int, late: threading.Event) -> None:
    late.set()
    _end(leader)


def _feed(source: BinaryIO, sink: BinaryIO | None) -> None:
    """A program that ends early closes its ear, which is no news here."""
    assert sink is not None
    with suppress(BrokenPipeError, OSError), sink:
        while piece := source.read(PIECE):
            sink.write(piece)


def _bubblewrap(bwrap: str) -> list[str]:
    walls = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    nobody = ["--uid", "65534", "--gid", "65534", "--chdir", "/"]
    inside = ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 - its own /tmp
    return [bwrap, *walls, *nobody, *inside, *_shown()]


def _folders() -> list[str]:
    """Folders that a program sees, read-only: the system's libraries, Python, and our code."""
    python = {sys.prefix, sys.base_prefix, *site.getsitepackages(), str(ROOT / "apps")}
    return [folder for folder in (*SYSTEM_FOLDERS, *sorted(python)) if Path(folder).exists()]


def _shown() -> list[str]:
    shown: list[str] = []
    for folder in _folders():
        if Path(folder).is_symlink():
            shown += ["--symlink", str(Path(folder).readlink()), folder]
        else:
            shown += ["--ro-bind", folder, folder]
    return shown


def _also_shown(place: Place) -> list[str]:
    folders = [part for folder in place.folders for part in ("--ro-bind", folder, folder)]
    return folders + [part for one in place.devices for part in ("--dev-bind", one, one)]
