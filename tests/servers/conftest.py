"""Servers that are not ours, started by the tests on free ports of this machine."""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.crash.installation import Installation, Person
from tests.servers.postgres15 import Postgres15
from tests.servers.redis import Redis

DEBIAN_15 = "/usr/lib/postgresql/15/bin"
BUCKET, REGION = "arrowslit-vault", "eu-west-1"


def needed(program: str, package: str) -> Path:
    """A program, or a loud failure where tests must not be missing."""
    if found := shutil.which(program):
        return Path(found)
    reason = f"{program} is not installed; it is in Debian's package {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """As root, other accounts must reach it, so it is not in pytest's closed folder."""
    with tempfile.TemporaryDirectory(prefix="servers-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def redis(folder: Path) -> Iterator[Redis]:
    server = Redis(needed("redis-server", "redis-server"), folder)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def programs() -> Path:
    """Debian's PostgreSQL 15."""
    return needed(f"{DEBIAN_15}/postgres", "postgresql-15").parent


@pytest.fixture(scope="module")
def postgres15(folder: Path, programs: Path) -> Iterator[Postgres15]:
    """The database server of `production`, and of nothing else: each sets the roles' passwords."""
    with running15(programs, folder / "postgres") as server:
        yield server


@contextmanager
def running15(programs: Path, home: Path) -> Iterator[Postgres15]:
    home.mkdir()
    server = Postgres15(programs, home)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """A bucket that keeps every version, at a service of our own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    address = "http://{}:{}".format(*server.get_host_and_port())
    service = boto3.resource(
        "s3",
        endpoint_url=address,
        region_name=REGION,
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",
    )
    bucket = service.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    bucket.Versioning().enable()
    yield bucket
    server.stop()


@pytest.fixture(scope="module")
def production(
    folder: Path, redis: Redis, postgres15: Postgres15, bucket: Any
) -> Iterator[Installation]:
    """`make run` with everything of somebody else's: database, broker and store."""
    with postgres15.admin() as db:
        db.execute("CREATE DATABASE portal")
    var = folder / "var"
    var.mkdir()
    arrowslit = Installation(
        var,
        DATABASE_URL=postgres15.url("portal"),
        BROKER_URL=redis.url,
        BUCKET=BUCKET,
        BUCKET_ENDPOINT=bucket.meta.client.meta.endpoint_url,
        BUCKET_REGION=REGION,
        BUCKET_ACCESS_KEY="nobody",
        BUCKET_SECRET_KEY="nothing",
    )
    arrowslit.stored = lambda: names_in(bucket)  # type: ignore[method-assign]
    with arrowslit.running():
        yield arrowslit


def names_in(bucket: Any) -> list[str]:
    """All of a bucket: versions, markers, and uploads that were begun."""
    found = [one.object_key for one in bucket.object_versions.all()]
    return sorted(found + [one.object_key for one in bucket.multipart_uploads.all()])


@pytest.fixture
def arrowslit(production: Installation) -> Installation:
    production.until_it_answers()
    return production


@pytest.fixture
def clara(arrowslit: Installation) -> Iterator[Person]:
    person = Person(arrowslit)
    yield person
    person.close()
