import logging
from collections.abc import Callable, Iterator

import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer
from storages.backends.s3 import S3Storage

from apps.base.ids import uuid7
from apps.base.types import Actor
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact
from apps.vault.stores.s3 import S3Store

CLERK = Actor("user:clerk")


@pytest.fixture
def seal(house) -> Callable[..., Artifact]:
    """Seal bytes for Halden, an original if nothing else is said."""

    def seal(content=b"a page", *, kind=ArtifactClass.ORIGINAL, document=None, organisation=None):
        return vault.seal(
            content,
            kind=kind,
            organisation=organisation or house.halden.pk,
            document=document or uuid7(),
            actor=CLERK,
        )

    return seal


@pytest.fixture(scope="session")
def s3_server():
    """An S3 service of our own on a free port of this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(s3_server) -> Iterator[S3Storage]:
    """A bucket that keeps every version, as production's does."""
    storage = S3Storage(**s3_settings(s3_server))
    place = {"LocationConstraint": storage.region_name}
    storage.connection.create_bucket(Bucket=storage.bucket_name, CreateBucketConfiguration=place)
    storage.connection.BucketVersioning(storage.bucket_name).enable()
    yield storage
    storage.bucket.object_versions.delete()
    storage.bucket.delete()


@pytest.fixture
def locking_bucket(s3_server) -> Iterator[S3Storage]:
    """A bucket that can lock what is put into it."""
    storage = S3Storage(**{**s3_settings(s3_server), "bucket_name": "records"})
    storage.connection.create_bucket(
        Bucket=storage.bucket_name,
        CreateBucketConfiguration={"LocationConstraint": storage.region_name},
        ObjectLockEnabledForBucket=True,
    )
    yield storage
    for version in storage.bucket.object_versions.all():
        version.delete(BypassGovernanceRetention=True)
    storage.bucket.delete()


@pytest.fixture
def bucket_store(bucket) -> S3Store:
    return S3Store(bucket)


def s3_settings(address: str) -> dict[str, object]:
    return {
        "bucket_name": "vault",
        "endpoint_url": address,
        "region_name": "eu-west-1",
        "access_key": "nobody",
        "secret_key": "nothing",
        "client_config": Config(
            signature_version="s3v4", retries={"max_attempts": 1, "mode": "standard"}
        ),
    }
