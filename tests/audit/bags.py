"""Exports as docs/audit-export.md describes them, written by the shortest way; and forgeries."""

import base64
import csv
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from apps.audit import anchoring, canonical, tree

VERIFIER = Path(__file__).parents[2] / "static" / "verify_audit.py"
COLUMNS = (
    "index", "at", "actor", "tag", "outcome", "subject", "document", "workspace", "reason",
    "leaf_hash",
)  # fmt: skip


def b64(raw):
    return base64.b64encode(raw).decode()


def export(folder: Path, organisation, *, first=0, after=None, chosen=None, old=(), details=None):
    """Write a bag of a range, or of chosen leaves."""
    newest = tree.checkpoint(organisation)
    size, after = newest.size, newest.size if after is None else after
    (folder / "data" / "anchors").mkdir(parents=True)
    proofs = {"format": "arrowslit-audit-export/1", "size": size}
    entries = list(tree.entries(organisation, first, after))
    if chosen is None:
        left, right = tree.around(organisation, first=first, after=after, size=size)
        proofs |= {"mode": "range", "first": first, "after": after}
        proofs |= {"left": [b64(one) for one in left], "right": [b64(one) for one in right]}
    else:
        proofs["mode"] = "selection"
        entries = [one for one in entries if one.index in chosen]
    paths = tree.inclusions(organisation, [one.index for one in entries], size=size)
    lines = []
    for one, path in zip(entries, paths, strict=True):
        line = {"index": one.index, "body": one.body.decode()}
        if chosen is not None:
            line["proof"] = [b64(step) for step in path]
        if details and one.event in details:
            line["detail"], line["salt"] = details[one.event]
        lines.append(line)
    anchors = anchoring.anchors(organisation)
    proofs["anchors"] = []
    for number, one in enumerate(anchors):
        (folder / f"data/anchors/{number}.txt").write_bytes(one.note)
        (folder / f"data/anchors/{number}.tsr").write_bytes(one.token)
        proofs["anchors"].append(
            {"file": str(number), "size": one.size, "body": one.body, "index": one.index,
             "path": [b64(step) for step in one.path]}
        )  # fmt: skip
    kept = {*old, *(one.size for one in anchors)} - {size}
    proofs["consistency"] = [
        {"from": one, "path": [b64(step) for step in tree.consistency(organisation, one, size)]}
        for one in sorted(kept)
    ]
    (folder / "data" / "checkpoint.txt").write_bytes(newest.note)
    (folder / "data" / "keys.txt").write_text("\n".join(tree.verifiers()) + "\n")
    (folder / "data" / "proofs.json").write_text(json.dumps(proofs))
    shutil.copy(VERIFIER, folder / "verify_audit.py")
    write(folder, lines)
    return newest


def write(folder: Path, lines: list[dict]) -> None:
    """Events and spreadsheet, and manifests over all."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "data" / "events.jsonl").write_text(text, encoding="utf-8")
    with (folder / "data" / "events.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(row(line) for line in lines)
    seal(folder)


def row(line: dict) -> list[str]:
    body = canonical.decode(line["body"].encode())
    cells = [line["index"], *(body.get(name) for name in COLUMNS[1:8])]
    cells += [body["facts"].get("reason"), leaf(line)]
    texts = ["" if cell is None else str(cell) for cell in cells]
    return ["'" + text if text[:1] in tuple("=+-@\t\r") else text for text in texts]


def leaf(line: dict) -> str:
    return hashlib.sha256(b"\x00" + line["body"].encode()).hexdigest()


def seal(folder: Path) -> None:
    """Write the manifests anew, as whoever forges an export does too."""
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    payload = sorted(path for path in (folder / "data").rglob("*") if path.is_file())
    size = sum(path.stat().st_size for path in payload)
    (folder / "bag-info.txt").write_text(f"Payload-Oxum: {size}.{len(payload)}\n")
    _manifest(folder, "manifest-sha256.txt", payload)
    tags = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "verify_audit.py")
    _manifest(folder, "tagmanifest-sha256.txt", [folder / name for name in tags])


def _manifest(folder: Path, name: str, paths: list[Path]) -> None:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in paths
    ]
    (folder / name).write_text("".join(lines))


def lines_of(folder: Path) -> list[dict]:
    text = (folder / "data" / "events.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def proofs_of(folder: Path) -> dict:
    return json.loads((folder / "data" / "proofs.json").read_text())


def verify(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and words of the verifier, run as a stranger would: without our packages."""
    said = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify_audit.py"), str(folder), *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.stderr == ""
    return said.returncode, said.stdout


def failed(said: str) -> set[str]:
    """Names of the checks that failed."""
    return {line.split()[1] for line in said.splitlines() if line.startswith("FAIL")}
