"""Debian's PostgreSQL as an operator would give it: over TCP, with a password."""

import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import psycopg

from portal.embedded.unprivileged import Unprivileged
from tests.crash.installation import free_port, until

PASSWORD = "only-for-this-test"


class Postgres15:
    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.data, self.port = programs, folder / "data", free_port()
        folder.chmod(0o755)  # its own account must pass through
        self.data.mkdir(mode=0o700)
        self.account = Unprivileged.for_folder(self.data, programs)
        secret = folder / "password"
        secret.write_text(PASSWORD)
        self.account.own(self.data, secret)
        options = ["-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        self.account.run(
            [str(programs / "initdb"), "-D", str(self.data), f"--pwfile={secret}", *options]
        )
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "log_min_messages": "panic",
        }
        given = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self.process = self.account.start(
            [str(self.programs / "postgres"), "-D", str(self.data), *given]
        )
        until(self.answers, "PostgreSQL did not start.")

    def answers(self) -> bool:
        with suppress(psycopg.OperationalError), self.admin():
            return True
        return False

    def admin(self) -> psycopg.Connection:
        return psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5)

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)
