"""A bucket as a store, through django-storages; any service that speaks the S3 protocol."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, cast

from botocore.exceptions import BotoCoreError, ClientError

from apps.base.errors import Unavailable

READ_AHEAD = 1 << 20  # bytes fetched in one request
NOT_THERE = {"404", "NoSuchKey", "NotFound"}


class S3Store:
    """`storage` is a `storages.backends.s3.S3Storage`, which carries bucket and credentials."""

    def __init__(self, storage: Any, *, locks: bool = False) -> None:
        self._storage = storage
        self._bypass = {"BypassGovernanceRetention": True} if locks else {}

    def create(self, name: str) -> "S3Receiving":
        return S3Receiving(self._storage, name)

    def open(self, name: str) -> BinaryIO:
        entry = self._storage.bucket.Object(name)
        try:
            entry.load()
        except ClientError as error:
            if error.response["Error"]["Code"] in NOT_THERE:
                raise FileNotFoundError(name) from error
            raise Unavailable("The document store does not answer.") from error
        except BotoCoreError as error:
            raise Unavailable("The document store does not answer.") from error
        return cast(BinaryIO, io.BufferedReader(S3Source(entry), READ_AHEAD))

    def remove(self, *names: str) -> None:
        for name in names:
            self._remove(name)

    def lock(self, name: str, *, days: int) -> None:
        """Object Lock in governance mode: only who has the right to bypass it may delete.

        Compliance mode would keep bytes that disposal has promised to be gone.
        """
        if not days:
            return
        until = datetime.now(UTC) + timedelta(days=days)
        lock = {"Mode": "GOVERNANCE", "RetainUntilDate": until}
        client, bucket = self._storage.connection.meta.client, self._storage.bucket_name
        try:
            client.put_object_retention(Bucket=bucket, Key=name, Retention=lock)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The document store does not answer.") from error

    def exists(self, name: str) -> bool:
        try:
            return any(one.object_key == name for one in self._everything(name))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The document store does not answer.") from error

    def names(self, prefix: str) -> Iterator[str]:
        try:
            yield from {one.object_key for one in self._everything(prefix)}
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The document store does not answer.") from error

    def folders(self, prefix: str) -> Iterator[str]:
        try:
            yield from {name.rstrip("/") for name in self._next_parts(f"{prefix}/")}
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The document store does not answer.") from error

    def _remove(self, name: str) -> None:
        """A bucket keeps old versions and the parts of broken uploads, so all go by name."""
        try:
            for version in self._storage.bucket.object_versions.filter(Prefix=name):
                if version.object_key == name:
                    version.delete(**self._bypass)
            for upload in self._storage.bucket.multipart_uploads.filter(Prefix=name):
                if upload.object_key == name:
                    upload.abort()
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The document store does not answer.") from error

    def _everything(self, prefix: str) -> Iterator[Any]:
        """Every version, marker of a deletion, and upload that was begun and not completed."""
        bucket = self._storage.bucket
        yield from bucket.object_versions.filter(Prefix=prefix)
        yield from bucket.multipart_uploads.filter(Prefix=prefix)

    def _next_parts(self, prefix: str) -> Iterator[str]:
        """Some services list unfinished uploads one by one where they should name the folder."""
        client, bucket = self._storage.connection.meta.client, self._storage.bucket_name
        for listing in ("list_object_versions", "list_multipart_uploads"):
            pages = client.get_paginator(listing).paginate(
                Bucket=bucket, Prefix=prefix, Delimiter="/"
            )
            for page in pages:
                yield from (found["Prefix"] for found in page.get("CommonPrefixes", ()))
                for upload in page.get("Uploads", ()):
                    yield prefix + upload["Key"].removeprefix(prefix).partition("/")[0]


class S3Receiving:
    """A multipart upload that is completed or taken back."""

    def __init__(self, storage: Any, name: str) -> None:
        self._file = storage.open(name, "wb")

    def write(self, data: bytes | memoryview) -> None:
        try:
            self._file.write(bytes(data))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The document store does not answer.") from error

    def commit(self) -> None:
        try:
            self._file.close()
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The document store does not answer.") from error

    def abort(self) -> None:
        """django-storages uploads on close, so the upload is dropped before that."""
        upload, self._file._multipart = self._file._multipart, None
        self._file._is_dirty = False
        self._file.file.close()
        try:
            if upload is not None:
                upload.abort()
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The document store does not answer.") from error


class S3Source(io.RawIOBase):
    """Reads a stored object by ranges, so that a page of it costs a page of traffic."""

    def __init__(self, entry: Any) -> None:
        self._entry, self._size, self._position = entry, int(entry.content_length), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._position >= self._size or not len(buffer):
            return 0
        last = min(self._position + len(buffer), self._size) - 1
        try:
            answer = self._entry.get(Range=f"bytes={self._position}-{last}")
            data = answer["Body"].read()
        except (BotoCoreError, ClientError) as error:
            raise Unavailable("The document store does not answer.") from error
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
