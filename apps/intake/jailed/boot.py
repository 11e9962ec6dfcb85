"""The first thing that runs behind the wall: take off what is not needed, then start.

Arguments: the limits as `name=number,…`, the module whose `main` to call, its arguments.
"""

import ctypes
import resource
import signal
import sys
from importlib import import_module

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_DUMPABLE = 1, 38, 4
CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000


def boot() -> None:
    limits = dict(pair.split("=") for pair in sys.argv.pop(1).split(","))
    module = sys.argv.pop(1)
    _take_off()
    _limit({name: int(value) for name, value in limits.items()})
    import_module(module).main()


def _take_off() -> None:
    """Leave network and privileges behind where bubblewrap did not; failing is no error here."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def _limit(limits: dict[str, int]) -> None:
    wanted = {
        resource.RLIMIT_AS: limits["memory"],
        resource.RLIMIT_CPU: limits["cpu"],
        resource.RLIMIT_NOFILE: limits["files"],
        resource.RLIMIT_FSIZE: limits["written"],
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        resource.setrlimit(kind, (most, most))


boot()
