"""A bucket as a store: every version counts, and a service may not answer."""

import socket
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from django.conf import settings as real
from storages.backends.s3 import S3Storage

from apps.base.errors import Unavailable
from apps.base.ids import uuid7
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.envelope import CHUNK
from apps.vault.stores.s3 import READ_AHEAD, S3Store
from tests.vault.conftest import CLERK, s3_settings

NAME = "originals/o/1/one"
PART = 5 * 2**20  # bytes; the smallest part of an upload in parts


def put(store, content: bytes) -> None:
    receiving = store.create(NAME)
    receiving.write(content)
    receiving.commit()


def uploads(bucket) -> list:
    return list(bucket.bucket.multipart_uploads.all())


def versions(bucket) -> list[str]:
    return [version.object_key for version in bucket.bucket.object_versions.all()]


def test_a_large_object_goes_in_by_parts(bucket, bucket_store):
    receiving = bucket_store.create(NAME)
    for number in range(7):
        receiving.write(bytes([number]) * 2**20)
    assert len(uploads(bucket)) == 1
    receiving.commit()
    with bucket_store.open(NAME) as source:
        source.seek(PART + 2**19)
        assert source.read(2) == bytes([5, 5])
    assert bucket.bucket.Object(NAME).content_length == 7 * 2**20


def test_aborting_leaves_no_part_behind(bucket, bucket_store):
    receiving = bucket_store.create(NAME)
    for _ in range(6):
        receiving.write(bytes(2**20))
    assert uploads(bucket)
    receiving.abort()
    assert uploads(bucket) == []
    assert versions(bucket) == []


def test_removing_deletes_every_version(bucket, bucket_store):
    for content in (b"first", b"second"):
        put(bucket_store, content)
    bucket.bucket.Object(NAME).delete()  # leaves a marker, and both versions
    assert versions(bucket) == [NAME] * 3
    assert bucket_store.exists(NAME)
    bucket_store.remove(NAME)
    assert versions(bucket) == []
    assert not bucket_store.exists(NAME)


def test_a_page_of_it_costs_a_page_of_traffic(bucket, bucket_store):
    put(bucket_store, bytes(3 * READ_AHEAD))
    asked = []
    events = bucket.connection.meta.client.meta.events
    events.register("before-send.s3.GetObject", lambda request, **_: asked.append(request))
    with bucket_store.open(NAME) as source:
        source.seek(2 * READ_AHEAD)
        source.read(10)
    assert [request.headers["Range"] for request in asked] == [
        f"bytes={2 * READ_AHEAD}-{3 * READ_AHEAD - 1}".encode()
    ]


def test_the_vault_works_on_a_bucket(house, bucket, s3_server, settings, at_once):
    settings.STORAGES = {
        **real.STORAGES,
        "vault": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": s3_settings(s3_server)},
    }
    content = bytes(range(256)) * (CHUNK // 128)
    artifact = vault.seal(
        content,
        kind=ArtifactClass.ORIGINAL,
        organisation=house.halden.pk,
        document=uuid7(),
        actor=CLERK,
    )
    assert versions(bucket) == [artifact.store_name]
    with vault.open(artifact, actor=CLERK, purpose="test") as source:
        assert source.read() == content
    vault.shred(artifact, actor=CLERK, reason="test")
    artifact.refresh_from_db()
    assert artifact.gone_at
    assert versions(bucket) == []


@pytest.fixture
def nowhere() -> str:
    """An address that nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("verb", ["open", "remove", "exists", "names"])
def test_a_service_that_is_down_is_unavailable(nowhere, verb):
    store = S3Store(S3Storage(**s3_settings(nowhere)))
    with pytest.raises(Unavailable, match="does not answer"):
        list(getattr(store, verb)(NAME) or ())


def test_nothing_is_written_to_a_service_that_is_down(nowhere):
    receiving = S3Store(S3Storage(**s3_settings(nowhere))).create(NAME)
    with pytest.raises(Unavailable, match="does not answer"):
        receiving.write(b"x")
    receiving.abort()


def take_down(storage: S3Storage) -> None:
    """From now on nobody answers this client."""

    def refuse(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://nowhere")

    storage.connection.meta.client.meta.events.register("before-send.s3", refuse)


@pytest.mark.parametrize("verb", ["commit", "abort"])
def test_a_service_that_goes_down_during_an_upload_is_unavailable(s3_server, bucket, nowhere, verb):
    storage = S3Storage(**s3_settings(s3_server))
    receiving = S3Store(storage).create(NAME)
    receiving.write(b"x")
    take_down(storage)
    with pytest.raises(Unavailable, match="does not answer"):
        getattr(receiving, verb)()
    with suppress(Unavailable):
        receiving.abort()
    for upload in uploads(bucket):
        upload.abort()


def test_a_service_that_goes_down_during_a_reading_is_unavailable(s3_server, bucket_store):
    put(bucket_store, b"x" * 100)
    storage = S3Storage(**s3_settings(s3_server))
    with S3Store(storage).open(NAME) as source:
        take_down(storage)
        with pytest.raises(Unavailable, match="does not answer"):
            source.read(10)


def locked_versions(storage) -> list:
    return list(storage.bucket.object_versions.filter(Prefix=NAME))


def test_nobody_deletes_or_replaces_what_is_locked(locking_bucket):
    """A key of the bucket is not enough; who puts other bytes under its name makes a version."""
    store = S3Store(locking_bucket, locks=True)
    put(store, b"as received")
    store.lock(NAME, days=10)
    [locked] = locked_versions(locking_bucket)
    with pytest.raises(ClientError, match="AccessDenied"):
        locked.delete()
    put(store, b"something else")
    assert locked.get()["Body"].read() == b"as received"
    with pytest.raises(ClientError, match="AccessDenied"):
        locked.delete()


def test_disposal_bypasses_a_lock_and_nothing_is_left(locking_bucket):
    store = S3Store(locking_bucket, locks=True)
    put(store, b"as received")
    store.lock(NAME, days=10)
    store.remove(NAME)
    assert locked_versions(locking_bucket) == []
    assert not store.exists(NAME)


def test_zero_days_lock_nothing(locking_bucket):
    store = S3Store(locking_bucket)
    put(store, b"as received")
    store.lock(NAME, days=0)
    [one] = locked_versions(locking_bucket)
    one.delete()
    assert locked_versions(locking_bucket) == []


def test_a_service_that_is_down_locks_nothing_and_says_so(nowhere):
    store = S3Store(S3Storage(**s3_settings(nowhere)), locks=True)
    with pytest.raises(Unavailable, match="does not answer"):
        store.lock(NAME, days=10)
