"""One package as a bag, written from beginning to end in little memory."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.conf import settings
from django.template.loader import render_to_string

from apps.audit import tree
from apps.audit.models import Event
from apps.audit.proving import Anchored
from apps.audit.tree import Signed
from apps.base.bag import PIECE, Bag, Sink
from apps.preservation.models import Record
from apps.preservation.packages import writing
from apps.preservation.packages.gathering import Gathered
from apps.preservation.packages.writing import File

VERIFIER = settings.BASE_DIR / "static" / "verify_evidence.py"
CERTIFICATE = "preservation/evidence/certificate.html"
STYLE = "audit/export/cover.css"
EXTENSIONS = {"application/pdf": "pdf"}

Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a package is made of."""

    reference: str
    record: Record
    gathered: Gathered
    commitment: Event
    signed: Signed
    keys: Sequence[str]  # verifier keys
    proofs: Mapping[str, Any]
    anchors: Sequence[Anchored]
    original: BinaryIO | None  # if it goes along
    cover: Mapping[str, Any]  # what else the certificate says


def pack(contents: Contents, sink: Sink, *, now: datetime, progress: Progress) -> None:
    """Write the bag; the original streams through."""
    bag = Bag(sink, name=contents.reference, now=now)
    name = _original(bag, contents, progress)
    gathered = contents.gathered
    for part in ("record", "signatures", "approvals", "people"):
        bag.add(f"data/{part}.json", getattr(gathered, part))
    bag.add_lines("data/custody.jsonl", _custody(contents))
    bag.add("data/premis.xml", _premis(contents))
    for stamp in gathered.stamps:
        bag.add(f"data/timestamps/{stamp.file}", stamp.token)
    for anchor in contents.anchors:
        bag.add(f"data/anchors/{anchor.name}.txt", anchor.note)
        bag.add(f"data/anchors/{anchor.name}.tsr", anchor.token)
    bag.add("data/checkpoint.txt", contents.signed.note)
    bag.add("data/keys.txt", "".join(f"{key}\n" for key in contents.keys))
    bag.add("data/proofs.json", json.dumps(_proofs(contents, name), indent=1) + "\n")
    _certificate(bag, contents, now)
    bag.add("verify_evidence.py", VERIFIER.read_bytes())
    bag.close(_about(contents, now))


def _original(bag: Bag, contents: Contents, progress: Progress) -> str | None:
    """The file under the record's name: what its sender called it is content."""
    if contents.original is None:
        return None
    extension = EXTENSIONS.get(contents.record.media_type, "bin")
    name = f"{contents.record.reference}.{extension}"
    with contents.original as source, bag.file(f"data/original/{name}") as file:
        while piece := source.read(PIECE):
            file.write(piece)
            progress(file.size)
    return name


def _custody(contents: Contents) -> Sequence[bytes]:
    lines = contents.gathered.custody
    paths = tree.inclusions(
        contents.record.organisation_id,
        (line.index for line in lines),
        size=contents.signed.size,
    )
    return [
        _json({"index": line.index, "body": line.body.decode(), "proof": _texts(path)})
        for line, path in zip(lines, paths, strict=True)
    ]


def _proofs(contents: Contents, original: str | None) -> dict[str, Any]:
    proof = tree.index_of(contents.commitment.pk)
    assert proof is not None  # it was waited for
    [path] = tree.inclusions(contents.record.organisation_id, [proof], size=contents.signed.size)
    return {
        **contents.proofs,
        "package": contents.reference,
        "original": original,
        "received": str(contents.gathered.received),
        "commitment": {
            "index": proof,
            "body": bytes(contents.commitment.body).decode(),
            "proof": _texts(path),
        },
        "timestamps": [
            {"file": one.file, "of": one.of, "over": one.over} for one in contents.gathered.stamps
        ],
    }


def _premis(contents: Contents) -> bytes:
    record, said = contents.record, json.loads(contents.gathered.record)
    original = File(
        record.reference,
        {"sha256": record.sha256, "sha512": record.sha512},
        record.media_type,
        size=record.size,
    )
    derived = [
        File(
            one["id"],
            {"sha256": one["sha256"]},
            "application/json" if one["kind"] == "result" else "text/plain",
            size=one["size"],
            made_from=record.reference,
            tool=one["tool"],
        )
        for one in said["derived"]
    ]
    events = (line.said for line in contents.gathered.custody)
    return writing.document([original, *derived], events, contents.gathered.names)


def _certificate(bag: Bag, contents: Contents, now: datetime) -> None:
    gathered = contents.gathered
    about = {
        **contents.cover,
        "contents": contents,
        "record": json.loads(gathered.record),
        "signatures": json.loads(gathered.signatures)["signatures"],
        "approvals": json.loads(gathered.approvals)["approvals"],
        "custody": [
            {**line.said, "who": gathered.names.get(line.said["actor"], line.said["actor"])}
            for line in gathered.custody
        ],
        "now": now,
        "root": contents.signed.root.hex(),
        "verifier": hashlib.sha256(VERIFIER.read_bytes()).hexdigest(),
    }
    bag.add("data/certificate.html", render_to_string(CERTIFICATE, about))
    bag.add("data/cover.css", render_to_string(STYLE))


def _about(contents: Contents, now: datetime) -> dict[str, str]:
    return {
        "Source-Organization": json.loads(contents.gathered.record)["organisation"],
        "External-Identifier": contents.reference,
        "External-Description": "Evidence of a signed original, with what proves it",
        "Bagging-Date": now.date().isoformat(),
        "Bag-Software-Agent": "Arrowslit",
    }


def _texts(path: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in path]


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
