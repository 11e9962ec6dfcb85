"""A file on its way to a browser: streamed, as an attachment, under a name of ours."""

from collections.abc import Iterator
from typing import BinaryIO

from django.http import StreamingHttpResponse

PIECE = 256 * 1024  # bytes


def attachment(
    source: BinaryIO, *, name: str, media_type: str, size: int | None
) -> StreamingHttpResponse:
    """Hand out all that a source still gives; it is closed at the end."""
    response = StreamingHttpResponse(_pieces(source), content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if size is not None:
        response.headers["Content-Length"] = str(size)
    return response


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    with source:
        while piece := source.read(PIECE):
            yield piece
