"""Results as a table that is safe to open in a spreadsheet: one row a field.

A spreadsheet runs what begins like a formula, whoever wrote it. Such a cell gets an apostrophe in
front, which spreadsheets take for "this is text" (OWASP, CSV injection). Programs fetch JSON.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from apps.extraction.guards.signs import cleaned

MEDIA_TYPE = "text/csv; charset=utf-8"
MARK = "\ufeff"  # tells spreadsheets that the file is UTF-8
TEXT = "'"  # in front of a cell: what follows is text
COLUMNS = (
    "document",
    "class",
    "field",
    "type",
    "state",
    "value",
    "normalised",
    "confidence",
    "sensitivity",
    "decided_by",
    "page",
    "flags",
    "fragments_masked",
    "failed_checks",
)
NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,4})?")  # an amount as we normalise it
STARTS = frozenset("=+-@")  # in whatever form of them
PARTS = re.compile(r"[,;|\t]")  # where a program with another separator starts a new cell


def to_csv(results: Iterable[Mapping[str, Any]]) -> str:
    """Results as RFC 4180 has them, every cell quoted."""
    out = io.StringIO()
    out.write(MARK)
    table = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for result in results:
        table.writerows(_rows(result))
    return out.getvalue()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, in one line."""
    line, cells, at = cleaned(text), [], 0
    for match in (*PARTS.finditer(line), None):
        end = match.end() if match else len(line)
        cells.append(_as_text(line[at:end]))
        at = end
    return "".join(cells)


def _rows(result: Mapping[str, Any]) -> Iterator[list[str]]:
    for field in result["fields"]:
        cells = {
            **field,
            "document": result["document"],
            "class": result["class"]["name"],
            "field": field["name"],
            "flags": ", ".join(field.get("flags", ())),
            "fragments_masked": ", ".join(field.get("fragments_masked", ())),
            "failed_checks": ", ".join(
                name for name, passed in field["validators"].items() if not passed
            ),
        }
        yield [_cell(name, cells[name], field["type"]) for name in COLUMNS]


def _cell(column: str, content: object, kind: str) -> str:
    text = "" if content is None else str(content)
    if column in ("value", "normalised") and kind == "amount" and NUMBER.fullmatch(text):
        return text  # a number, and stays one when it is negative
    return harmless(text)


def _as_text(cell: str) -> str:
    """A cell with an apostrophe in front if what is in it begins like a formula."""
    bare = cell.lstrip(" '\"`\u2018\u2019\u201c\u201d")
    return f"{TEXT}{cell}" if bare and _starts(bare[0]) else cell


def _starts(sign: str) -> bool:
    """Whether a sign is one that formulas begin with, wide, small or raised, or a dash."""
    plain = unicodedata.normalize("NFKC", sign)[:1]
    return plain in STARTS or plain == "\u2212" or unicodedata.category(plain) == "Pd"
