"""A process that records events, one a transaction: `python -m portal.evaluation.writer`.

It takes when to begin (seconds since 1970), for how long, and for which organisations, and prints
how many it recorded.
"""

import itertools
import sys
import time
from uuid import UUID

import django
from django.db import connection, transaction

django.setup()

from apps.audit import services as audit  # noqa: E402 - Django comes first
from apps.audit.tags import Tag  # noqa: E402
from apps.base.types import Actor  # noqa: E402

WRITER = Actor("system:bench")


def write(organisation: UUID) -> None:
    with transaction.atomic():
        audit.record(
            Tag.DOCUMENT_READ,
            actor=WRITER,
            subject="7KQ-52F",
            organisation=organisation,
            document=organisation,
            pages=3,
            milliseconds=1200,
        )


def main(begin: float, seconds: float, organisations: list[UUID]) -> int:
    turns = itertools.cycle(organisations)
    connection.ensure_connection()
    time.sleep(max(0.0, begin - time.time()))
    count, last = 0, time.monotonic() + seconds
    while time.monotonic() < last:
        write(next(turns))
        count += 1
    return count


if __name__ == "__main__":
    given = [UUID(word) for word in sys.argv[3:]]
    sys.stdout.write(f"{main(float(sys.argv[1]), float(sys.argv[2]), given)}\n")
