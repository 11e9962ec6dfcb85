"""The table of permissions, as `table.txt` has it for people."""

from pathlib import Path
from typing import NamedTuple

from django.urls import URLPattern

from apps.audit.exposure import Exposure
from tests.audit.test_addresses import ALL as WALKED
from tests.audit.test_addresses import declared

TEXT = Path(__file__).with_name("table.txt").read_text()
REFUSED = {"in", "400", "401", "403", "404", "405"}  # answers after which nothing has changed
SHOWN = {"200", "201", "204", "302"}


class Row(NamedTuple):
    """One address, asked in one way: what each person is answered."""

    method: str
    address: str
    cells: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.address}"

    @property
    def exposes(self) -> Exposure:
        return declared(ADDRESSES[self.address].callback) or Exposure.NOTHING

    @property
    def names_something(self) -> bool:
        """Whether an id stands in the address, so that one can be guessed."""
        return "<" in self.address


def readable(address: str) -> str:
    """An address without the kinds of its parts: `<reference>` for `<reference:reference>`."""
    for kind in ("reference", "record", "slug", "uuid", "int"):
        address = address.replace(f"<{kind}:", "<")
    return address


def _read(text: str) -> tuple[list[str], list[Row]]:
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    people, rows = lines[0], lines[1:]
    return people, [
        Row(method, address, dict(zip(people, cells, strict=True)))
        for method, address, *cells in rows
    ]


ADDRESSES: dict[str, URLPattern] = {readable(address): at for address, at in WALKED.items()}
PEOPLE, TABLE = _read(TEXT)
OF_SOMETHING = [row for row in TABLE if row.names_something]
