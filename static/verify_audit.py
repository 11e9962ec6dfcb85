#!/usr/bin/env python3
"""Check an export of the trail without trusting whoever made it.

    python3 verify_audit.py EXPORT --key KEY [--old CHECKPOINT] [--tsa CERTIFICATES]

Python 3.9 or newer and nothing else. Ends with 0 if everything is proven, 1 if a check failed, 2 if
nothing is wrong but something could not be checked. docs/audit-export.md says what is checked.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

FORMAT = "arrowslit-audit-export/1"
COLUMNS = "index at actor tag outcome subject document workspace reason leaf_hash".split()
MOST = 10**6  # numbers that may be missing in one place
BROKEN = (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError)
Key = tuple[str, bytes, bytes]  # name, short id, public key
Head = tuple[str, int, bytes]  # whose tree, its size and root
Said = dict[str, Any]


class Wrong(Exception):
    """A check failed; the sentence says how."""


class Unproven(Exception):
    """Nothing is wrong, but something that this would need is not there."""


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def leaf(body: bytes) -> bytes:
    return sha(b"\0" + body)


def node(left: bytes, right: bytes) -> bytes:
    return sha(b"\1" + left + right)


def b64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


# Ed25519, RFC 8032: points (X, Y, Z, T) with x = X/Z, y = Y/Z, x*y = T/Z.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def add(a: Point, b: Point) -> Point:
    m, n = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    k, z = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = n - m, z - k, z + k, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def point(raw: bytes) -> Point | None:
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(public) != 32 or len(signature) != 64 or BASE is None:
        return False
    who, first = point(public), point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if who is None or first is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    a = times(scalar, BASE)
    b = add(first, times(int.from_bytes(digest, "little") % ORDER, who))
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


# Signed checkpoints, C2SP.


def key(line: str) -> Key:
    name, claimed, text = line.strip().split("+", 2)
    raw = b64(text)
    short = sha(name.encode() + b"\n" + raw)[:4]
    if raw[:1] != b"\1" or len(raw) != 33 or short.hex() != claimed:
        raise Wrong("A key is malformed.")
    return name, short, raw[1:]


def opened(note: str, keys: list[Key]) -> Head:
    """What a checkpoint says, if one of the keys signed it."""
    text, _, lines = note.rpartition("\n\n")
    text, signed = text + "\n", False
    for line in lines.splitlines():
        found = re.fullmatch("\u2014 (\\S+) (\\S+)", line)
        if not found:
            raise Wrong("a line of a signature is malformed")
        raw = b64(found[2])
        for name, short, public in keys:
            if (name, short) == (found[1], raw[:4]):
                if not is_signed(public, text.encode(), raw[4:]):
                    raise Wrong("the signature of %s is wrong" % name)
                signed = True
    if not signed:
        raise Wrong("nobody whose key was given signed it")
    return head(text)


def head(text: str) -> Head:
    origin, size, root = text.split("\n")[:3]
    return origin, int(size), b64(root)


# Trees, RFC 9162.


def grow(stack: list[bytes], at: int, width: int, one: bytes) -> int:
    """Put the root of a subtree beside those before it; where the next one begins."""
    place = at // width
    while place & 1:
        one, place = node(stack.pop(), one), place >> 1
    stack.append(one)
    return at + width


def bag(stack: list[bytes]) -> bytes:
    root = stack[-1] if stack else sha(b"")
    for one in reversed(stack[:-1]):
        root = node(one, root)
    return root


def includes(one: bytes, index: int, head: Head, path: list[bytes]) -> bool:
    at, last = index, head[1] - 1
    for step in path:
        if last <= 0 or at > last:
            return False
        if at & 1 or at == last:
            one = node(step, one)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            one = node(one, step)
        at, last = at >> 1, last >> 1
    return last == 0 and at == 0 and one == head[2]


def extends(old: Head, new: Head, path: list[bytes]) -> bool:
    if old[1] == new[1]:
        return not path and old[2] == new[2]
    if not 0 < old[1] < new[1]:
        return old[1] == 0 and not path
    steps = [old[2], *path] if old[1] & (old[1] - 1) == 0 else path
    at, last = old[1] - 1, new[1] - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = now = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, now = node(step, before), node(step, now)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            now = node(now, step)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old[2] and now == new[2]


class Export:
    """The folder, and what was found in it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.wrong: dict[str, list[str]] = {}
        self.count = self.retired = self.disclosed = 0
        self.roots: dict[int, bytes | None] = {}  # of the tree at the sizes that somebody kept

    def path(self, *names: str) -> str:
        return os.path.join(self.folder, *names)

    def text(self, *names: str) -> str:
        with open(self.path(*names), encoding="utf-8", newline="") as file:
            return file.read()

    def blame(self, check: str, sentence: str) -> None:
        self.wrong.setdefault(check, []).append(sentence)

    def files(self) -> str:
        """Both manifests, both ways: nothing changed, nothing missing, nothing added."""
        listed = {"tagmanifest-sha256.txt"}
        for manifest in ("tagmanifest-sha256.txt", "manifest-sha256.txt"):
            for line in self.text(manifest).splitlines():
                digest, _, name = line.partition("  ")
                path = self.path(name)
                if os.path.relpath(path, self.folder) != name or name.startswith(".."):
                    raise Wrong("the manifest names %s, which lies elsewhere" % name)
                if os.path.islink(path) or not os.path.isfile(path) or digest_of(path) != digest:
                    raise Wrong("%s is missing or was changed" % name)
                listed.add(name)
        for folder, _, names in os.walk(self.folder):
            for name in names:
                found = os.path.relpath(os.path.join(folder, name), self.folder)
                if found not in listed:
                    raise Wrong("%s was added" % found)
        return "all %d files are there and as they were written" % len(listed)

    def events(self, proofs: Said, checkpoint: Head) -> None:
        """Everything that one look at each event can tell, noted under the name of its check."""
        whole = proofs["mode"] == "range"
        at = proofs["first"] if whole else -1
        stack = [b64(one) for one in proofs["left"]] if whole else []
        if whole and len(stack) != bin(at).count("1"):
            self.blame("tree", "the hashes left of the range do not fit its beginning")
        numbers = Numbers()
        with (
            open(self.path("data", "events.jsonl"), encoding="utf-8", newline="\n") as lines,
            open(self.path("data", "events.csv"), encoding="utf-8", newline="") as table,
        ):
            rows = csv.reader(table)
            if next(rows, None) != COLUMNS:
                self.blame("csv", "its first line is another one")
            for line, row in itertools.zip_longest(lines, rows):
                if line is None:
                    self.blame("csv", "it has more rows than there are events")
                    break
                said = json.loads(line)
                body = said["body"].encode() if "body" in said else None
                one = bytes.fromhex(said["hash"]) if body is None else leaf(body)
                event = json.loads(body) if body is not None else {}
                if row != shown(said["index"], event, one):
                    self.blame("csv", "it tells event %d otherwise" % said["index"])
                if whole and said["index"] != at or not whole and said["index"] <= at:
                    self.blame("order", "event %d stands where %d should" % (said["index"], at))
                if whole:
                    self.note(at, stack)
                    at = grow(stack, at, 1, one)
                else:
                    at = said["index"]
                    if not includes(one, at, checkpoint, [b64(step) for step in said["proof"]]):
                        self.blame("tree", "event %d is not in the signed tree" % at)
                self.words(said, event)
                numbers.take(event)
                self.count, self.retired = self.count + 1, self.retired + (body is None)
        if whole:
            self.note(at, stack)
            self.close(proofs, checkpoint, stack, at)
            for writer, missing in numbers.missing():
                self.blame("numbers", "of writer %s are missing: %s" % (writer, missing))

    def note(self, at: int, stack: list[bytes]) -> None:
        """Keep the root where somebody kept a checkpoint: the events before it make it anew."""
        if at in self.roots and stack:
            self.roots[at] = bag(stack)

    def close(self, proofs: Said, checkpoint: Head, stack: list[bytes], at: int) -> None:
        """Add what is right of the range, and compare the root."""
        if at != proofs["after"]:
            self.blame("order", "the range ends at %d and not at %d" % (at, proofs["after"]))
        for one in proofs["right"]:
            width = 1
            while at % (2 * width) == 0 and at + 2 * width <= checkpoint[1]:
                width *= 2
            at = grow(stack, at, width, b64(one))
        if at != checkpoint[1] or bag(stack) != checkpoint[2]:
            self.blame("tree", "the events do not reproduce the signed root")

    def words(self, said: Said, event: Said) -> None:
        """What a person wrote is what was recorded."""
        if "detail" in said:
            self.disclosed += 1
            text = json.dumps(
                said["detail"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
            )
            if sha(bytes.fromhex(said["salt"]) + text.encode()).hex() != event.get("detail"):
                self.blame("details", "those of event %d are others" % said["index"])

    def anchor(self, said: Said, proofs: Said, checkpoint: Head, keys: list[Key]) -> str:
        """A log of all trees held this tree, and an authority has seen the log."""
        note = self.text("data", "anchors", said["file"] + ".txt")
        with open(self.path("data", "anchors", said["file"] + ".tsr"), "rb") as file:
            answer = file.read()
        if sha(note.encode()) not in answer:
            raise Wrong("the time stamp %s is of something else" % said["file"])
        log, logged = opened(note, keys), head(said["body"])
        if not includes(leaf(said["body"].encode()), said["index"], log, paths(said)):
            raise Wrong("the log of anchor %s does not hold this tree" % said["file"])
        if not continues(logged, proofs, checkpoint):
            raise Wrong("the tree was rewritten since anchor %s, or is another" % said["file"])
        time = re.search(rb"\x18.(\d{14})(?:\.\d+)?Z", answer)
        return "%d events at %s UTC" % (logged[1], time[1].decode() if time else "a time not said")


class Numbers:
    """What every writer numbered, and what is missing between its first and last event."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[int, int, set[int]]] = {}

    def take(self, event: Said) -> None:
        if event.get("writer") and event.get("number"):
            number = event["number"]
            low, high, gaps = self.seen.get(event["writer"], (number, number, set()))
            if not low - MOST < number < high + MOST:
                raise ValueError("A number that far away is none of ours.")
            gaps.update(range(high + 1, number), range(number + 1, low))
            gaps.discard(number)
            for first, last in event.get("void") or []:
                gaps.difference_update(range(first, last + 1))
            self.seen[event["writer"]] = min(low, number), max(high, number), gaps

    def missing(self) -> Iterator[tuple[str, list[int]]]:
        return ((writer, sorted(gaps)) for writer, (_, _, gaps) in self.seen.items() if gaps)


def shown(index: int, event: Said, one: bytes) -> list[str]:
    """A row of the spreadsheet."""
    reason = (event.get("facts") or {}).get("reason")
    cells = [index, *(event.get(name) for name in COLUMNS[1:8]), reason, one.hex()]
    texts = ["" if cell is None else str(cell) for cell in cells]
    return ["'" + text if text[:1] in tuple("=+-@\t\r") else text for text in texts]


def paths(said: Said) -> list[bytes]:
    return [b64(one) for one in said["path"]]


def continues(old: Head, proofs: Said, new: Head) -> bool:
    """Whether the exported tree begins with an older one."""
    proven = {one["from"]: paths(one) for one in proofs["consistency"]}
    return old[0] == new[0] and extends(old, new, proven.get(old[1], []))


def is_beginning(export: Export, old: Head, proofs: Said, new: Head) -> bool:
    """Whether a checkpoint that was kept is of an earlier state of the exported tree."""
    root = export.roots.get(old[1])
    if root is not None:
        return old[0] == new[0] and root == old[2]
    known = {one["from"] for one in proofs["consistency"]} | {0, new[1]}
    if old[0] == new[0] and old[1] < new[1] and old[1] not in known:
        raise Unproven("the export holds no proof from the checkpoint of %d events you kept;"
                       " one of a range that reaches back to it does" % old[1])  # fmt: skip
    return continues(old, proofs, new)


def digest_of(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


class Report:
    """One sentence a check, and what they come to."""

    def __init__(self) -> None:
        self.failed = self.open = 0

    def say(self, mark: str, check: str, sentence: str) -> None:
        sys.stdout.write("%-4s  %-10s  %s.\n" % (mark, check, sentence[:1].upper() + sentence[1:]))

    def ok(self, check: str, sentence: str) -> None:
        self.say("ok", check, sentence)

    def fail(self, check: str, sentence: str) -> None:
        self.failed += 1
        self.say("FAIL", check, sentence)

    def skip(self, check: str, sentence: str) -> None:
        self.open += 1
        self.say("?", check, sentence)

    def run(self, check: str, work: Callable[[], str]) -> bool:
        """Say how a check ended; whether it went well."""
        try:
            self.ok(check, work())
        except Wrong as error:
            self.fail(check, str(error))
        except Unproven as error:
            self.skip(check, str(error))
        except BROKEN as error:
            self.fail(check, "what it needs cannot be read (%s)" % type(error).__name__)
        else:
            return True
        return False

    def end(self) -> int:
        code = 1 if self.failed else 2 if self.open else 0
        sys.stdout.write("RESULT  %s\n" % ["PROVEN", "FAILED", "INCOMPLETE"][code])
        return code


def verify(export: Export, arguments: argparse.Namespace, report: Report) -> None:
    report.run("files", export.files)
    keys: list[Key] = []
    seen: list[Head] = []
    proofs: Said = {}

    def checkpoint() -> str:
        proofs.update(json.loads(export.text("data", "proofs.json")))
        if proofs["format"] != FORMAT:
            raise Wrong("this verifier does not know the format %s" % proofs["format"])
        keys.extend(given(arguments.key) or given([export.path("data", "keys.txt")]))
        seen.append(opened(export.text("data", "checkpoint.txt"), keys))
        return "the tree of %s with %d events is signed" % seen[0][:2]

    if not report.run("checkpoint", checkpoint):
        return
    if not arguments.key:
        report.skip("checkpoint", "no --key was given; that of the export proves nothing by itself")
    export.roots = dict.fromkeys(sizes(arguments.old))
    about_events(export, proofs, seen[0], report)
    about_the_past(export, proofs, seen[0], keys, arguments, report)


def about_events(export: Export, proofs: Said, checkpoint: Head, report: Report) -> None:
    if proofs["size"] != checkpoint[1]:
        report.fail("order", "the size is not that of the checkpoint")
    try:
        export.events(proofs, checkpoint)
    except BROKEN as error:
        report.fail("tree", "the events cannot be read (%s)" % type(error).__name__)
        return
    whole, count = proofs["mode"] == "range", export.count
    good = {
        "order": "%d events, none left out between the first and the last" % count
        if whole else "%d events, in order; that none was left out cannot be proven" % count,
        "tree": "they reproduce the signed root" if whole else "each is in the signed tree",
        "numbers": "no writer's number is missing" if whole else "",
        "csv": "the spreadsheet says the same",
        "details": "%d disclosed words are those recorded" % export.disclosed
        if export.disclosed else "",
    }  # fmt: skip
    for check, sentence in good.items():
        wrong = export.wrong.get(check, [])
        if wrong:
            more = " (and %d more)" % (len(wrong) - 1) if len(wrong) > 1 else ""
            report.fail(check, wrong[0] + more)
        elif sentence:
            report.ok(check, sentence)
    if export.retired:
        report.ok("order", "%d of them are retired and known by their hash alone" % export.retired)


def about_the_past(
    export: Export,
    proofs: Said,
    checkpoint: Head,
    keys: list[Key],
    arguments: argparse.Namespace,
    report: Report,
) -> None:
    for path in arguments.old:

        def kept(path: str = path) -> str:
            with open(path, encoding="utf-8", newline="") as file:
                old = opened(file.read(), keys)
            if not is_beginning(export, old, proofs, checkpoint):
                raise Wrong("the tree does not begin with the one of %d events you kept" % old[1])
            return "nothing was rewritten since the checkpoint of %d events" % old[1]

        report.run("kept", kept)
    for said in proofs.get("anchors", []):

        def anchored(said: Said = said) -> str:
            return "an authority saw " + export.anchor(said, proofs, checkpoint, keys)

        if report.run("anchors", anchored):
            stamp(export, str(said["file"]), arguments.tsa, report)


def stamp(export: Export, name: str, certificates: str | None, report: Report) -> None:
    """Ask openssl whether the authority signed the answer."""
    if not certificates or not shutil.which("openssl"):
        report.skip("timestamps", "the signature of the authority needs --tsa and openssl")
        return
    file = export.path("data", "anchors", name)
    command = ["openssl", "ts", "-verify", "-data", file + ".txt", "-in", file + ".tsr",
               "-CAfile", certificates]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True)
    if "Verification: OK" in said.stdout + said.stderr:
        report.ok("timestamps", "the authority's signature of anchor %s holds" % name)
    else:
        report.fail("timestamps", "the authority's signature of anchor %s is wrong" % name)


def sizes(paths: list[str]) -> Iterator[int]:
    """Of what trees the checkpoints that somebody kept are; those that are none are told later."""
    for path in paths:
        try:
            with open(path, encoding="utf-8", newline="") as file:
                yield head(file.read())[1]
        except BROKEN:
            continue


def given(words: list[str]) -> list[Key]:
    """Keys, or those in files."""
    lines = []
    for word in words:
        if os.path.isfile(word):
            with open(word, encoding="utf-8") as file:
                lines += [line for line in file if line.strip()]
        else:
            lines.append(word)
    return [key(line) for line in lines]


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an export of the trail.")
    parser.add_argument("export", help="the folder")
    parser.add_argument(
        "--key", action="append", default=[], help="a verifier key, or a file of them"
    )
    parser.add_argument("--old", action="append", default=[], help="a checkpoint that you kept")
    parser.add_argument("--tsa", help="the authority's certificates, PEM")
    arguments = parser.parse_args(words)
    report = Report()
    verify(Export(arguments.export), arguments, report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
