"""What a file says besides its looks: second readings, never trusted by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from apps.extraction.doctypes import DocType
from apps.extraction.fields import Found, Missing
from apps.extraction.witnesses.said import SILENT, Witnesses, together

__all__ = ["SILENT", "Witnesses", "heard", "together"]


def heard(
    fields: Sequence[Found | Missing], witnesses: Witnesses, doctype: DocType
) -> Sequence[Found | Missing]:
    """The fields with what the witnesses say of each."""
    return fields
