"""How gunicorn serves the portal on one machine."""

import ctypes
import os
import signal
import sys
from typing import Any

from portal import logs

workers = 2
threads = 4
worker_class = "gthread"
preload_app = True  # one copy of the code in memory
timeout = 120  # seconds
keepalive = 2  # seconds
loglevel = "warning"
logconfig_dict = logs.config(as_json=os.environ.get("PORTAL_PROFILE") == "production")
limit_request_line = 4094
limit_request_fields = 60
control_socket_disable = True

PR_SET_PDEATHSIG = 1


def post_fork(server: Any, worker: Any) -> None:
    """A web process ends with its master, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
