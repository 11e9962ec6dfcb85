#!/usr/bin/env python3
"""Check evidence of a signed original without trusting whoever made it.

    python3 verify_evidence.py [FOLDER] --key KEY [--old CHECKPOINT] [--tsa CERTIFICATES]

FOLDER is the unpacked package; by default the one this program lies in. Python 3.9 or newer and
nothing else. Ends with 0 if everything is proven, 1 if a check failed, 2 if nothing is wrong but
something could not be checked. docs/evidence.md says, for a person, what is checked and what not.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree
from collections.abc import Callable
from typing import Any

FORMAT = "arrowslit-evidence/1"
PREMIS = "{http://www.loc.gov/premis/v3}"
BROKEN = (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError)
BROKEN += (RecursionError, xml.etree.ElementTree.ParseError)
SHA256 = bytes.fromhex("608648016503040201")  # the identifiers of two algorithms, as DER has them
SHA512 = bytes.fromhex("608648016503040203")
# What nobody can prove to you without asking somebody: said at the end, whatever the result.
NOT_HERE = """\
Not proven here, whatever the result:
  - That a signature inside the document is valid. data/signatures.json is what the portal found,
    under the policy and at the time it names. Let a validator of your own judge data/original/.
  - Who the persons behind the ids are, and that they were who they said.
  - That the clock of the portal was right. A time stamp bounds it, if its authority is trusted.
  - What happened to the document before it was received, or to copies outside the portal.
"""
Key = tuple[str, bytes, bytes]  # name, short id, public key
Head = tuple[str, int, bytes]  # whose tree, its size and root
Said = dict[str, Any]


class Wrong(Exception):
    """A check failed; the sentence says how."""


class Open(Exception):
    """Nothing is wrong, but something cannot be checked; the sentence says what."""


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


# Time stamps, RFC 3161: as much DER as they need.


def parts(der: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of the elements that lie one after the other."""
    found, at = [], 0
    while at < len(der):
        tag, size, at = der[at], der[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= 4:
                raise ValueError("A length is not one of DER.")
            size, at = int.from_bytes(der[at : at + count], "big"), at + count
        if at + size > len(der):
            raise ValueError("An element is cut off.")
        found.append((tag, der[at : at + size]))
        at += size
    return found


def stamped(answer: bytes) -> tuple[bytes, bytes, str]:
    """The algorithm and hash that a time stamp is of, and its time."""
    outer = parts(parts(answer)[0][1])
    token = outer[1][1] if outer[0][0] == 0x30 else parts(answer)[0][1]  # with or without a status
    signed = parts(parts(parts(token)[1][1])[0][1])
    content = parts(signed[2][1])
    info = parts(parts(parts(content[1][1])[0][1])[0][1])
    algorithm, digest = parts(info[2][1])
    at = next(text for tag, text in info if tag == 0x18).decode("ascii")
    return parts(algorithm[1])[0][1], digest[1], at


class Evidence:
    """The unpacked package, and what was found in it."""

    def __init__(self, folder: str, arguments: argparse.Namespace) -> None:
        self.folder, self.arguments = folder, arguments
        self.keys: list[Key] = []
        self.proofs: Said = {}
        self.record: Said = {}
        self.custody: list[Said] = []
        self.checkpoint: Head = ("", 0, b"")

    def path(self, *names: str) -> str:
        return os.path.join(self.folder, *names)

    def raw(self, *names: str) -> bytes:
        with open(self.path(*names), "rb") as file:
            return file.read()

    def json(self, *names: str) -> Any:
        return json.loads(self.raw(*names).decode("utf-8"))

    def load(self) -> str:
        """Read what every other check needs."""
        self.proofs = self.json("data", "proofs.json")
        if self.proofs["format"] != FORMAT:
            raise Wrong("this verifier does not know the format %s" % self.proofs["format"])
        self.record = self.json("data", "record.json")
        lines = self.raw("data", "custody.jsonl").decode("utf-8").split("\n")
        self.custody = [json.loads(line) for line in lines if line]
        return "%s of record %s" % (self.proofs["package"], self.record["reference"])

    def files(self) -> str:
        """Both manifests, both ways: nothing changed, nothing missing, nothing added."""
        listed = {"tagmanifest-sha256.txt"}
        for manifest in ("tagmanifest-sha256.txt", "manifest-sha256.txt"):
            for line in self.raw(manifest).decode("utf-8").splitlines():
                digest, _, name = line.partition("  ")
                path = self.path(name)
                if os.path.relpath(path, self.folder) != name or name.startswith(".."):
                    raise Wrong("the manifest names %s, which lies elsewhere" % name)
                if os.path.islink(path) or not os.path.isfile(path):
                    raise Wrong("%s is missing" % name)
                if digests(path)[0] != digest:
                    raise Wrong("%s was changed" % name)
                listed.add(name)
        for folder, folders, names in os.walk(self.folder):
            folders[:] = [name for name in folders if name != "__pycache__"]
            for name in names:
                found = os.path.relpath(os.path.join(folder, name), self.folder)
                if found.replace(os.sep, "/") not in listed:
                    raise Wrong("%s was added" % found)
        return "all %d files are there and as they were written" % len(listed)

    def signed(self) -> str:
        """A key that you have from elsewhere signed the tree that all the rest hangs from."""
        own = [self.path("data", "keys.txt")]
        self.keys = given(self.arguments.key) or given(own)
        note = self.raw("data", "checkpoint.txt").decode("utf-8")
        self.checkpoint = opened(note, self.keys)
        if self.proofs["size"] != self.checkpoint[1]:
            raise Wrong("the proofs are for a tree of another size")
        if not self.arguments.key:
            raise Open("no --key was given; that of the package proves nothing by itself")
        return "the tree of %s with %d events is signed" % self.checkpoint[:2]

    def original(self) -> str:
        """The file is the one whose hashes the record holds."""
        name = self.proofs.get("original")
        if not name:
            raise Open("the original is not in this package; only its hashes are")
        path = self.path("data", "original", name)
        if os.path.basename(name) != name or not os.path.isfile(path):
            raise Wrong("it is missing")
        short, long, size = digests(path)
        for what, found, said in (
            ("size", size, self.record["size"]),
            ("SHA-256", short, self.record["sha256"]),
            ("SHA-512", long, self.record["sha512"]),
        ):
            if found != said:
                raise Wrong("its %s is not that of the record" % what)
        return "its size, SHA-256 and SHA-512 are those of the record (%s)" % short

    def received(self) -> str:
        """What the record says of the original was committed to on the day it was received."""
        body = self.body(self.proofs["received"])
        facts = body["facts"]
        if body["subject"] != self.record["reference"]:
            raise Wrong("the event that should have sealed it is of another record")
        for what in ("sha256", "sha512", "size"):
            if facts.get(what) != self.record[what]:
                raise Wrong("its %s is not the one that was sealed on arrival" % what)
        return "its hashes were sealed on arrival, at %s" % body["at"]

    def committed(self) -> str:
        """The record, and all that was found out about it, is what the portal sealed for you."""
        said = self.proofs["commitment"]
        body = json.loads(said["body"])
        if body["subject"] != self.record["reference"] or body["document"] != self.document:
            raise Wrong("the commitment is to another record")
        if body["facts"].get("package") != self.proofs["package"]:
            raise Wrong("the commitment is to another package")
        self.included(said)
        if sha(self.raw("data", "record.json")).hex() != body["facts"]["record"]:
            raise Wrong("record.json is not the one that was committed to")
        return "it is the one that was sealed for this package, at %s" % body["at"]

    def reported(self, name: str) -> str:
        facts = json.loads(self.proofs["commitment"]["body"])["facts"]
        if sha(self.raw("data", name + ".json")).hex() != facts[name]:
            raise Wrong("%s.json is not the one that was committed to" % name)
        count = len(self.json("data", name + ".json")[name])
        return "%d, as they were sealed for this package" % count

    @property
    def document(self) -> str:
        return str(self.record["document"])

    def body(self, event: str) -> Said:
        for line in self.custody:
            body = json.loads(line["body"])
            if body["id"] == event:
                return dict(body)
        raise Wrong("the event %s is not in the custody log" % event)

    def included(self, line: Said) -> None:
        path = [b64(step) for step in line["proof"]]
        if not includes(leaf(line["body"].encode()), line["index"], self.checkpoint, path):
            raise Wrong("event %d is not in the signed tree" % line["index"])

    def tree(self) -> str:
        for line in self.custody:
            self.included(line)
        return "each of the %d events of the custody log is in the signed tree" % len(self.custody)

    def chain(self) -> str:
        """From receipt on, in order, of this document, and as many as the portal sealed."""
        chained, last = b"", -1
        for line in self.custody:
            body = json.loads(line["body"])
            if body["document"] != self.document:
                raise Wrong("event %d is of another document" % line["index"])
            if line["index"] <= last:
                raise Wrong("event %d is out of order" % line["index"])
            chained, last = sha(chained + leaf(line["body"].encode())), line["index"]
        facts = json.loads(self.proofs["commitment"]["body"])["facts"]
        if not self.custody or len(self.custody) != facts["custody"]:
            raise Wrong(
                "%d events were sealed, and %d are here" % (facts["custody"], len(self.custody))
            )
        if chained.hex() != facts["chain"]:
            raise Wrong("the events are not those that were sealed")
        if last >= self.proofs["commitment"]["index"]:
            raise Wrong("an event is later than the commitment to it")
        first = json.loads(self.custody[0]["body"])
        return "%d events without a gap, from %s on" % (len(self.custody), first["at"])

    def premis(self) -> str:
        """What is said to archives is what the record and the custody log say."""
        raw = self.raw("data", "premis.xml")
        if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
            raise Wrong("it declares entities, which ours never does")
        root = xml.etree.ElementTree.fromstring(raw)  # noqa: S314 - nothing is declared in it
        about = [
            one
            for one in root.iter(PREMIS + "object")
            if holds(one, "objectIdentifierValue", self.record["reference"])
        ]
        if len(about) != 1:
            raise Wrong("it does not describe this record once")
        for what, value in (
            ("messageDigest", "sha256"),
            ("messageDigest", "sha512"),
            ("size", "size"),
        ):
            if not holds(about[0], what, str(self.record[value])):
                raise Wrong("its %s is not that of the record" % value)
        told = {one.text for one in root.iter(PREMIS + "eventIdentifierValue")}
        known = {json.loads(line["body"])["id"] for line in self.custody}
        if told != known:
            raise Wrong("its events are not those of the custody log")
        return "it says the same of the original and of %d events" % len(told)

    def timestamp(self, said: Said) -> str:
        """An authority has seen a hash; whether it signed is for `authority` to say."""
        algorithm, digest, at = stamped(self.raw("data", "timestamps", said["file"]))
        long = algorithm == SHA512
        if algorithm not in (SHA256, SHA512):
            raise Open("%s uses an algorithm that is not checked here" % said["file"])
        original = self.record["sha512" if long else "sha256"]
        if said["of"] == "original" and digest.hex() != original:
            raise Wrong("the time stamp %s is of something else" % said["file"])
        if said["of"] != "original":
            hashed = hashlib.sha512 if long else hashlib.sha256
            if hashed(said["of"].encode()).digest() != digest or original not in said["of"]:
                raise Wrong("the time stamp %s is of something else" % said["file"])
        if (
            said.get("over")
            and sha(self.raw("data", "timestamps", said["over"])).hex() not in said["of"]
        ):
            raise Wrong("the time stamp %s renews something else" % said["file"])
        earlier = " and an earlier time stamp" if said.get("over") else ""
        return "an authority was shown the hash of the original%s, it says at %s" % (earlier, at)

    def anchor(self, said: Said) -> str:
        """A log of all trees held this tree, and an authority has seen the log."""
        note = self.raw("data", "anchors", said["file"] + ".txt")
        algorithm, digest, at = stamped(self.raw("data", "anchors", said["file"] + ".tsr"))
        if algorithm != SHA256 or digest != sha(note):
            raise Wrong("the time stamp %s is of something else" % said["file"])
        log, logged = opened(note.decode("utf-8"), self.keys), head(said["body"])
        path = [b64(one) for one in said["path"]]
        if not includes(leaf(said["body"].encode()), said["index"], log, path):
            raise Wrong("the log of anchor %s does not hold this tree" % said["file"])
        if not self.continues(logged):
            raise Wrong("the tree was rewritten since anchor %s" % said["file"])
        return "an authority saw the tree of %d events, it says at %s" % (logged[1], at)

    def continues(self, old: Head) -> bool:
        proven = {
            one["from"]: [b64(step) for step in one["path"]] for one in self.proofs["consistency"]
        }
        return old[0] == self.checkpoint[0] and extends(
            old, self.checkpoint, proven.get(old[1], [])
        )

    def kept(self, path: str) -> str:
        with open(path, encoding="utf-8", newline="") as file:
            old = opened(file.read(), self.keys)
        if not self.continues(old):
            raise Wrong("the tree does not begin with the one of %d events that you kept" % old[1])
        return "nothing was rewritten since the checkpoint of %d events" % old[1]

    def authority(self, folder: str, name: str, asked: list[str]) -> str:
        """Let openssl say whether the authority signed."""
        certificates = self.arguments.tsa
        if not certificates or not shutil.which("openssl"):
            raise Open("the authority's signature under %s needs --tsa and openssl" % name)
        command = [
            "openssl",
            "ts",
            "-verify",
            *asked,
            "-in",
            self.path("data", folder, name),
            "-CAfile",
            certificates,
        ]
        said = subprocess.run(command, capture_output=True, text=True)
        if "Verification: OK" not in said.stdout + said.stderr:
            raise Wrong("the authority's signature under %s is wrong" % name)
        return "the authority's signature under %s holds" % name


def holds(element: xml.etree.ElementTree.Element, name: str, text: str) -> bool:
    return any(one.text == text for one in element.iter(PREMIS + name))


def digests(path: str) -> tuple[str, str, int]:
    """SHA-256, SHA-512 and size of a file."""
    short, long, size = hashlib.sha256(), hashlib.sha512(), 0
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            short.update(piece)
            long.update(piece)
            size += len(piece)
    return short.hexdigest(), long.hexdigest(), size


class Report:
    """One sentence a check, and what they come to."""

    def __init__(self) -> None:
        self.failed = self.open = 0

    def say(self, mark: str, check: str, sentence: str) -> None:
        sys.stdout.write("%-4s  %-11s %s.\n" % (mark, check, sentence[:1].upper() + sentence[1:]))

    def run(self, check: str, work: Callable[[], str]) -> bool:
        """Say how a check ended; whether it failed not."""
        try:
            self.say("ok", check, work())
        except Open as error:
            self.open += 1
            self.say("?", check, str(error))
        except Wrong as error:
            self.failed += 1
            self.say("FAIL", check, str(error))
            return False
        except BROKEN as error:
            self.failed += 1
            self.say("FAIL", check, "what it needs cannot be read (%s)" % type(error).__name__)
            return False
        return True

    def end(self) -> int:
        code = 1 if self.failed else 2 if self.open else 0
        sys.stdout.write("\n" + NOT_HERE)
        sys.stdout.write("\nRESULT  %s\n" % ["PROVEN", "FAILED", "INCOMPLETE"][code])
        return code


def verify(evidence: Evidence, report: Report) -> None:
    """Every check; one that fails stops only those that rest on it."""
    report.run("files", evidence.files)
    if not report.run("package", evidence.load):
        return
    report.run("original", evidence.original)
    if not report.run("checkpoint", evidence.signed):
        return
    report.run("tree", evidence.tree)
    report.run("received", evidence.received)
    report.run("record", evidence.committed)
    for name in ("signatures", "approvals"):
        report.run(name, lambda name=name: evidence.reported(name))  # type: ignore[misc]
    report.run("custody", evidence.chain)
    report.run("premis", evidence.premis)
    about_time(evidence, report)


def about_time(evidence: Evidence, report: Report) -> None:
    stamps, anchors = evidence.proofs.get("timestamps", []), evidence.proofs.get("anchors", [])
    for said in stamps:
        if report.run("timestamp", lambda said=said: evidence.timestamp(said)):  # type: ignore[misc]
            asked = ["-digest", stamped(evidence.raw("data", "timestamps", said["file"]))[1].hex()]
            report.run(
                "authority",
                lambda said=said, asked=asked: evidence.authority(
                    "timestamps", said["file"], asked
                ),
            )  # type: ignore[misc]
    for said in anchors:
        if report.run("anchor", lambda said=said: evidence.anchor(said)):  # type: ignore[misc]
            asked = ["-data", evidence.path("data", "anchors", said["file"] + ".txt")]
            report.run(
                "authority",
                lambda said=said, asked=asked: evidence.authority(
                    "anchors", said["file"] + ".tsr", asked
                ),
            )  # type: ignore[misc]
    for path in evidence.arguments.old:
        report.run("kept", lambda path=path: evidence.kept(path))  # type: ignore[misc]


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
    parser = argparse.ArgumentParser(description="Check evidence of a signed original.")
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("folder", nargs="?", default=here, help="the unpacked package")
    parser.add_argument(
        "--key", action="append", default=[], help="a verifier key, or a file of them"
    )
    parser.add_argument("--old", action="append", default=[], help="a checkpoint that you kept")
    parser.add_argument("--tsa", help="the authorities' certificates, PEM")
    arguments = parser.parse_args(words)
    report = Report()
    verify(Evidence(arguments.folder, arguments), report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
