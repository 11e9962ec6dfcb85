"""Debian's Redis as a broker: on a free port of this machine, in memory only."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from tests.crash.installation import free_port, until


@dataclass
class Redis:
    program: Path
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1"]
        in_memory = ["--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(
            [str(self.program), *options, *in_memory],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )
        until(self.answers, "Redis did not start.")

    def answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    @contextmanager
    def client(self) -> Iterator["redis.Redis"]:
        client = redis.Redis(port=self.port, socket_timeout=5)
        try:
            yield client
        finally:
            client.close()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
