"""What a parser in the jail says of a file, and a copy of it with fewer pages."""

import json
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings

from apps.base.errors import Unreadable
from apps.intake import jail
from apps.intake.pages import selection
from apps.intake.screening import Flag, Found, Refusal, Refused
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.sealing import Sealing

INSPECT = "apps.intake.jailed.inspect"
CHOOSE = "apps.intake.jailed.choose"
PDF = "application/pdf"  # alone can carry a signature


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file before anything of it is registered."""

    received_digest: str  # SHA-256 of the bytes as they came
    total: int  # pages in the file
    pages: tuple[int, ...]  # those to keep, from 1
    found: Found | None  # how it was recognised as signed, if it was
    flags: tuple[Flag, ...] = ()

    @property
    def whole(self) -> bool:
        return len(self.pages) == self.total


def inspect(sealing: Sealing, *, media_type: str, pages: str, declared: bool = False) -> Facts:
    """Let the real decoder decide, behind the wall. `declared`: its sender says it is signed.

    Raises:
        Refused: with the reason.
    """
    total, found, flags = _counted(sealing, media_type)
    if declared and media_type == PDF:
        found = found or Found.DECLARED
    try:
        chosen = selection(pages, total=total)
    except Unreadable as error:
        raise Refused(Refusal.NO_SUCH_PAGES) from error
    if found and len(chosen) != total:
        raise Refused(Refusal.SIGNED_WHOLE)
    return Facts(sealing.artifact.digest, total, tuple(chosen), found, flags)


def without_other_pages(sealing: Sealing, media_type: str, facts: Facts) -> Sealing:
    """The file itself if all of it is wanted, else a sealed copy; the whole file then goes.

    Raises:
        Refused: the pages cannot be taken out of this file.
    """
    if facts.whole:
        return sealing
    numbers = ",".join(str(number) for number in facts.pages)
    copy = vault.begin(
        ArtifactClass.ORIGINAL,
        organisation=sealing.artifact.organisation_id,
        document=sealing.artifact.document,
    )
    try:
        with (
            sealing.reopen() as source,
            jail.fed(CHOOSE, media_type, numbers, source=source) as chosen,
        ):
            while piece := chosen.read(jail.PIECE):
                copy.write(piece)
        copy.finish()
    except BaseException as error:
        copy.abort()
        if isinstance(error, jail.Broken):
            raise Refused(Refusal.TOO_HARD) from error
        raise
    sealing.abort()
    return copy


def _counted(sealing: Sealing, media_type: str) -> tuple[int, Found | None, tuple[Flag, ...]]:
    """Pages, what says that the file is signed, and what else it carries.

    What the parser says is as untrusted as the file.
    """
    try:
        said = _said(sealing, media_type)
        if "refused" in said:
            raise Refused(Refusal(said["refused"]))
        total, found = int(said["pages"]), Found(said["signed"]) if said["signed"] else None
        flags = tuple(sorted({Flag(flag) for flag in said.get("flags", ())}))
        if not 1 <= total <= settings.MOST_PAGES:
            raise ValueError("A document has pages, and not too many.")
    except (jail.Broken, ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refused(Refusal.TOO_HARD) from error
    return total, found, flags


def _said(sealing: Sealing, media_type: str) -> dict[str, Any]:
    limits = (str(settings.MOST_PAGES), str(settings.MOST_PIXELS))
    with (
        sealing.reopen() as source,
        jail.fed(INSPECT, media_type, *limits, source=source) as answer,
    ):
        return cast(dict[str, Any], json.loads(answer.read(4096)))
