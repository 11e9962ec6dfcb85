"""Running PostgreSQL, which refuses to run as root, when we are root.

If `nobody` can reach both the programs and the data, it runs as `nobody`. Otherwise it runs in
a user namespace of its own, in which our root has another number and nothing else changes.
"""

import ctypes
import os
import pwd
import signal
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from portal.embedded.children import end_with

CLONE_NEWUSER = 0x10000000
INSIDE = 1000  # our number inside the namespace

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Unprivileged:
    uid: int | None = None  # run as this user
    gid: int | None = None
    namespace: bool = False

    @classmethod
    def for_folder(cls, data: Path, programs: Path) -> "Unprivileged":
        if os.geteuid() != 0:
            return cls()
        nobody = pwd.getpwnam("nobody")
        owner = data.stat().st_uid if (data / "PG_VERSION").exists() else None
        if owner == 0 or not (_open_to_all(data.parent) and _open_to_all(programs)):
            return cls(namespace=True)
        return cls(nobody.pw_uid, nobody.pw_gid)

    def own(self, *paths: Path) -> None:
        """Give paths to the account that will run the server."""
        if self.uid is not None:
            for path in paths:
                os.chown(path, self.uid, self.gid or -1)

    def run(self, command: Sequence[str]) -> None:
        subprocess.run(
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            **self._as(),  # type: ignore[call-overload]
        )

    def start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            command, stdin=subprocess.DEVNULL, start_new_session=True, **self._as()
        )

    def _as(self) -> dict[str, object]:
        environment = {"LC_ALL": "C", "PATH": os.environ.get("PATH", ""), "TZ": "UTC"}
        options: dict[str, object] = {"cwd": "/", "env": environment}
        if self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        begin = _in_namespace if self.namespace else _with_parent
        return options | {"preexec_fn": partial(begin, os.getpid())}


def _open_to_all(path: Path) -> bool:
    """Whether any user may pass through every folder down to a path."""
    existing = next(p for p in (path, *path.parents) if p.exists()).resolve()
    return all(p.stat().st_mode & stat.S_IXOTH for p in (existing, *existing.parents))


def _with_parent(keeper: int) -> None:
    """If the keeper is killed, the server gets the signal for a fast stop."""
    end_with(keeper, signal.SIGINT)


def _in_namespace(keeper: int) -> None:
    if _libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "Set VAR_DIR to a folder that others may pass through.")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INSIDE} 0 1")
    Path("/proc/self/gid_map").write_text(f"{INSIDE} 0 1")
    _with_parent(keeper)
