"""The first thing that runs behind the wall: take off what is not needed, then start.

Arguments: the limits as `name=number,…`, the paths to see as `path:…` (none if bubblewrap shows
them), the module whose `main` to call, its arguments.
"""

import resource
import sys
from importlib import import_module

from apps.intake.jailed import walls


def boot() -> None:
    limits = dict(pair.split("=") for pair in sys.argv.pop(1).split(","))
    shown = sys.argv.pop(1)
    module = sys.argv.pop(1)
    walls.leave()
    _limit({name: int(value) for name, value in limits.items()})
    if shown:
        walls.see_only(shown.split(":"))
    walls.refuse_calls()
    import_module(module).main()


def _limit(limits: dict[str, int]) -> None:
    wanted = {
        resource.RLIMIT_AS: limits["memory"],
        resource.RLIMIT_NOFILE: limits["files"],
        resource.RLIMIT_FSIZE: limits["written"],
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        resource.setrlimit(kind, (most, most))
    # At the first the kernel says why it ends a program, at the second it kills without a word.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu"], limits["cpu"] + 5))


boot()
