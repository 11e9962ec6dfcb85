"""How gunicorn serves the portal on one machine."""

import os
from typing import Any

from portal import logs
from portal.embedded.children import end_with

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


def post_fork(server: Any, worker: Any) -> None:
    """A web process ends with its master, however that ends."""
    end_with(worker.ppid)
