"""Fetch docTR's published weights once, for an operator who then answers for them.

Over https alone, and so are all redirections. The name of a file promises eight digits of its
SHA-256, which is no protection against anybody who means harm: the whole digest is for the
operator to compare with one from elsewhere, and only then does a manifest name it.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable
from dataclasses import replace
from http.client import HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO, BinaryIO, Protocol, cast
from urllib.parse import urlsplit
from urllib.request import (
    HTTPErrorProcessor,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from apps.extraction.engines import weights
from apps.extraction.engines.weights import LARGEST, Part

PUBLISHED = Path(weights.__file__).parent / "published.toml"
PIECE = 1 << 20  # bytes
PATIENCE = 60.0  # seconds without a byte
PREFIX = 8  # hexadecimal digits in a published name

Open = Callable[[str], BinaryIO]


class NotFetched(Exception):
    """What came is not what was asked for; nothing of it is kept."""


class Confirm(Protocol):
    """Whether the operator vouches for a file's digest."""

    def __call__(self, part: Part) -> bool: ...


def parts(detection: str, recognition: str) -> tuple[Part, Part, dict[str, str]]:
    """Both networks without their digests, and where each file is to be had.

    Raises:
        NotFetched: docTR publishes no such network.
    """
    table = tomllib.loads(PUBLISHED.read_text())
    try:
        published = table["detection"][detection], table["recognition"][recognition]
    except KeyError as error:
        raise NotFetched(f"docTR publishes no network {error.args[0]}.") from error
    addresses = {file: table["address"].format(release=at, file=file) for at, file in published}
    (_, detector), (_, recogniser) = published
    return (
        Part(detector, detection, ""),
        Part(recogniser, recognition, "", table["vocab"]),
        addresses,
    )


def fetch(
    folder: Path, *, detection: str, recognition: str, confirm: Confirm, open_: Open | None = None
) -> None:
    """Fill a folder with two networks and their manifest. Files that are there are not fetched.

    Raises:
        NotFetched: something did not come, was not what its name promises, or was not vouched for.
    """
    detector, recogniser, addresses = parts(detection, recognition)
    folder.mkdir(parents=True, exist_ok=True)
    described = []
    for part in (detector, recogniser):
        digest = _got(folder / part.file, addresses[part.file], open_ or securely)
        described.append(replace(part, sha256=digest))
    for part in described:
        if not confirm(part):
            raise NotFetched("The digest was not confirmed, so no manifest was written.")
    weights.write(folder, detection=described[0], recognition=described[1])


def securely(address: str) -> BinaryIO:
    """Open an address over https, redirections included."""
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPSHandler(), _SecureRedirects(), HTTPErrorProcessor()):
        opener.add_handler(handler)
    answer = opener.open(checked(address), timeout=PATIENCE)
    if answer is None or cast(HTTPResponse, answer).status != 200:
        raise NotFetched("The server did not give the file.")
    return cast(BinaryIO, answer)


def checked(address: str) -> str:
    if urlsplit(address).scheme != "https":
        raise NotFetched("Weights are fetched over https alone.")
    return address


class _SecureRedirects(HTTPRedirectHandler):
    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        return super().redirect_request(req, fp, code, msg, headers, checked(newurl))


def _got(path: Path, address: str, open_: Open) -> str:
    """The digest of a file, which is fetched if it is not there yet."""
    if path.exists():
        return _promised(path, path)
    arriving = path.with_suffix(".part")
    try:
        with open_(checked(address)) as source, arriving.open("wb") as sink:
            size = 0
            while piece := source.read(PIECE):
                size += len(piece)
                if size > LARGEST:
                    raise NotFetched("The file is too large to be one of weights.")
                sink.write(piece)
        digest = _promised(arriving, path)
        arriving.rename(path)
        return digest
    except OSError as error:
        raise NotFetched(f"{path.name} did not come: {type(error).__name__}.") from error
    finally:
        arriving.unlink(missing_ok=True)


def _promised(file: Path, named: Path) -> str:
    """The digest of a file, if it begins as its name says."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest[:PREFIX] != named.stem[-PREFIX:]:
        raise NotFetched(f"{named.name} is not the file that its name promises.")
    return digest
