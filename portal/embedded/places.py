"""Where an embedded installation keeps what: everything lies under one folder."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from portal.embedded import secrets

LONGEST_SOCKET = 90  # bytes; the system allows 107 for the folder and the socket's own name
DATABASE = "portal"
LONGEST_TASK = 12 * 3600  # seconds; Redis gives what is still being worked on to another after it


def given(name: str) -> str:
    """What the file that `NAME_FILE` names holds, or else `NAME`; empty if neither is there."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return os.environ.get(name, "")


@dataclass(frozen=True, slots=True)
class Places:
    var: Path

    @property
    def secrets(self) -> Path:
        return self.var / "secrets"

    @property
    def vault(self) -> Path:
        return self.var / "vault"

    @property
    def static(self) -> Path:
        return self.var / "static"

    @property
    def mail(self) -> Path:
        return self.var / "mail"

    @property
    def logs(self) -> Path:
        return self.var / "logs"

    @property
    def sequencer(self) -> Path:
        """What only the sequencer reads: the keys that sign."""
        return self.var / "sequencer"

    @property
    def authority(self) -> Path:
        """The demo's own time stamp authority."""
        return self.var / "authority"

    @property
    def bell(self) -> Path:
        return self.var / "bell"

    @property
    def postgres(self) -> Path:
        return self.var / "postgres"

    @property
    def socket(self) -> Path:
        """The folder of PostgreSQL's socket; a short one elsewhere if this path is too long."""
        here = self.var.resolve() / "socket"
        if len(os.fsencode(here)) <= LONGEST_SOCKET:
            return here
        short = hashlib.sha256(os.fsencode(here)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"arrowslit-{short}"

    def database_url(self, role: str) -> str:
        """The URL for a role: `app` for running, `owner` for migrations, `sequencer` for trees.

        What the environment names for the last two comes first, then a role that was made on the
        operator's server, then the one URL the operator gave, then our own server.
        """
        if role == "owner" and (named := given("DATABASE_OWNER_URL")):
            return named
        if role == "sequencer" and (named := given("DATABASE_SEQUENCER_URL")):
            return named
        if named := given("DATABASE_URL"):
            made = self.split_url(role)
            return made.read_text().strip() if made.exists() else named
        password = secrets.kept(self.secrets, f"database-{role}", secrets.token)
        return self.socket_url(f"portal_{role}", password, DATABASE)

    def split_url(self, role: str) -> Path:
        """Where `make run` keeps the URL of a role that it made on the operator's server."""
        server = hashlib.sha256(given("DATABASE_URL").encode()).hexdigest()[:12]
        return self.secrets / f"database-{role}-on-{server}"

    def socket_url(self, user: str, password: str, database: str) -> str:
        query = urlencode({"host": str(self.socket)})
        return f"postgresql://{user}:{quote(password, safe='')}@/{database}?{query}"

    def broker_options(self, url: str) -> dict[str, object]:
        """How Celery's transport rings: through a folder here, or a real broker."""
        if not url.startswith("filesystem:"):
            return {"visibility_timeout": LONGEST_TASK, "unacked_restore_throttle": 1}
        folder = self.bell
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return {
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "control_folder": str(folder),
            "store_processed": False,
            "polling_interval": 0.05,  # seconds
        }
