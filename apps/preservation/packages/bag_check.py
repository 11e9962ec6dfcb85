"""Whether a bag that somebody else packed is whole and unchanged, and what is odd about it.

Nothing is fetched, and nothing outside the folder is read. A bag is valid if it is complete and
every digest is right; what old versions allowed is allowed in bags that say they are old.

Source: RFC 8493 (1.0) and the drafts before it (0.93 to 0.97).
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

VERSIONS = ("0.93", "0.94", "0.95", "0.96", "0.97", "1.0")
DECLARATION, FETCH, PAYLOAD = "bagit.txt", "fetch.txt", "data/"
MANIFEST = re.compile(r"(tag)?manifest-([\w-]+)\.txt", re.IGNORECASE)
LINES = re.compile(r"\r\n|\r|\n")  # and no other character that a program may take for an end
ENTRY = re.compile(r"([0-9A-Fa-f]+)[ \t]+(\*?)(.+)")
FETCHED = re.compile(r"(\S+)[ \t]+(\d+|-)[ \t]+(.+)")
OXUM = re.compile(r"(\d+)\.(\d+)")
ESCAPES = {"%0A": "\n", "%0D": "\r", "%25": "%"}
# Absolute, another drive or server, a home, or a variable that a shell puts something in place of.
ELSEWHERE = re.compile(r"[/\\~]|[A-Za-z]:|%\w+%[/\\]|\$")
ALGORITHMS = {  # as manifests name them
    name.replace("_", ""): name for name in hashlib.algorithms_guaranteed if "shake" not in name
}
LONGEST = 1 << 26  # bytes of a tag file that is read as text
PIECE = 1 << 20  # bytes


class Invalid(Exception):
    """A rule is broken; the sentence says which."""


@dataclass(slots=True)
class Verdict:
    """What a check found; sentences that hold no content, only names as the bag has them."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        return not self.errors


@dataclass(frozen=True, slots=True)
class Manifest:
    name: str
    algorithm: str  # as hashlib names it
    of_tags: bool
    entries: Mapping[str, str]  # path to digest


def check(folder: Path) -> Verdict:
    """Read a bag whole; never raises for what is wrong with it."""
    verdict = Verdict()
    try:
        _Bag(folder, verdict).check()
    except Invalid as error:
        verdict.errors.append(str(error))
    except OSError:
        verdict.errors.append("A file of the bag cannot be read.")
    return verdict


class _Bag:
    def __init__(self, folder: Path, verdict: Verdict) -> None:
        self.folder, self.verdict = folder, verdict
        self.version, self.encoding = VERSIONS[-1], "utf-8"
        self.files: dict[str, Path] = {}
        self.alike: dict[str, str] = {}  # names by their composed form

    @property
    def is_final(self) -> bool:
        """Whether the rules of 1.0 hold, which are stricter."""
        return self.version == "1.0"

    def check(self) -> None:
        self.files = dict(_files(self.folder))
        self.alike = {_composed(name): name for name in self.files}
        self._declaration()
        if not (self.folder / "data").is_dir():
            raise Invalid("There is no folder data.")
        named = sorted(name for name in self.files if MANIFEST.fullmatch(name))
        manifests = [self._manifest(name) for name in named]
        payload = [one for one in manifests if not one.of_tags]
        if not payload:
            raise Invalid("There is no manifest of the payload.")
        self._fetch(payload)
        self._all_listed(payload)
        self._about()
        for manifest in manifests:
            self._digests(manifest)

    def _declaration(self) -> None:
        path = self.files.get(DECLARATION)
        if path is None:
            raise Invalid("There is no bagit.txt.")
        raw = path.read_bytes()[:LONGEST]
        if raw.startswith(codecs.BOM_UTF8):
            raise Invalid("bagit.txt begins with a byte order mark.")
        lines = LINES.split(_text(raw, "utf-8", DECLARATION))
        lines = lines[:-1] if lines[-1] == "" else lines
        if len(lines) != 2:
            raise Invalid("bagit.txt does not have two lines.")
        self.version = self._declared(lines[0], "BagIt-Version")
        self.encoding = self._declared(lines[1], "Tag-File-Character-Encoding")
        if self.version not in VERSIONS:
            raise Invalid("bagit.txt names a version that does not exist.")
        try:
            codecs.lookup(self.encoding)
        except LookupError as error:
            raise Invalid("bagit.txt names an encoding that does not exist.") from error

    def _declared(self, line: str, label: str) -> str:
        found = re.fullmatch(rf"{label}[ \t]*:[ \t]*(\S+)[ \t]*", line)
        if found is None:
            raise Invalid(f"bagit.txt does not say its {label} as it must.")
        if line != f"{label}: {found[1]}":
            self.verdict.warnings.append(f"The line {label} has spaces where it should not.")
        return found[1]

    def _lines(self, name: str) -> list[str]:
        """The lines of a tag file that say something."""
        path = self.files[name]
        if path.stat().st_size > LONGEST:
            raise Invalid(f"{name} is too long to be read.")
        text = self._decoded(path.read_bytes(), name)
        return [line for line in LINES.split(text) if line.strip()]

    def _decoded(self, raw: bytes, name: str) -> str:
        encoding = codecs.lookup(self.encoding).name
        if encoding == "utf-8" and raw.startswith(codecs.BOM_UTF8):
            self.verdict.warnings.append(f"{name} begins with a byte order mark.")
            return _text(raw, "utf-8-sig", name)
        if encoding == "utf-16" and not raw.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
            encoding = "utf-16-be"  # what RFC 2781 takes unmarked text for
        return _text(raw, encoding, name)

    def _manifest(self, name: str) -> Manifest:
        found = MANIFEST.fullmatch(name)
        assert found is not None
        of_tags, algorithm = bool(found[1]), ALGORITHMS.get(found[2].lower().replace("-", ""))
        if algorithm is None:
            raise Invalid(f"{name} is of an algorithm that is not known.")
        entries: dict[str, str] = {}
        for line in self._lines(name):
            path, digest = self._entry(line, name, of_tags)
            if path in entries:
                if entries[path] != digest:
                    raise Invalid(f"{name} lists {path!r} twice, differently.")
                self.verdict.warnings.append(f"{name} lists {path!r} twice.")
            entries[path] = digest
        return Manifest(name, algorithm, of_tags, entries)

    def _entry(self, line: str, name: str, of_tags: bool) -> tuple[str, str]:
        found = ENTRY.fullmatch(line)
        if found is None:
            raise Invalid(f"A line of {name} is not a digest and a path.")
        path = self._path(found[3], name)
        if found[2]:
            self.verdict.warnings.append(f"{name} has an asterisk before {path!r}.")
        if path.startswith(PAYLOAD) is of_tags:
            raise Invalid(f"{name} lists {path!r}, which does not belong there.")
        if of_tags and path.lower().startswith("tagmanifest-"):
            raise Invalid(f"{name} lists a manifest of tag files.")
        return path, found[1].lower()

    def _path(self, said: str, name: str) -> str:
        """A path that stays inside the bag, as its file is called."""
        if ELSEWHERE.match(said) or ".." in re.split(r"[/\\]", said) or "\0" in said:
            raise Invalid(f"{name} names {said!r}, which lies outside the bag.")
        path = said
        if said.startswith("./"):
            self.verdict.warnings.append(f"{name} names {said!r} with a dot before it.")
            path = said[2:]
        decoded = re.sub("%0A|%0D|%25", lambda one: ESCAPES[one[0].upper()], path, flags=re.I)
        if self.is_final:  # before, writers of bags did and did not encode
            return decoded
        return decoded if path not in self.files and decoded in self.files else path

    def _fetch(self, payload: Iterable[Manifest]) -> None:
        if FETCH not in self.files:
            return
        for line in self._lines(FETCH):
            found = FETCHED.fullmatch(line)
            if found is None:
                raise Invalid("A line of fetch.txt is not an address, a length and a path.")
            path = self._path(found[3], FETCH)
            if not path.startswith(PAYLOAD):
                raise Invalid(f"fetch.txt names {path!r}, which is no payload.")
            listed = [path in one.entries for one in payload]
            if not (all(listed) if self.is_final else any(listed)):
                raise Invalid(f"fetch.txt names {path!r}, which the manifests do not list.")
            there = self._there(path)
            if there and found[2] != "-" and self.files[there].stat().st_size != int(found[2]):
                raise Invalid(f"{path!r} does not have the length that fetch.txt says.")

    def _all_listed(self, payload: Iterable[Manifest]) -> None:
        """No file of the payload is missing from the manifests; which of them, the version says."""
        there = {_composed(name) for name in self.files if name.startswith(PAYLOAD)}
        listed = [{_composed(path) for path in one.entries} for one in payload]
        if self.is_final:
            enough = set.intersection(*listed)
            if any(one != listed[0] for one in listed):
                raise Invalid("The manifests of the payload do not list the same files.")
        else:
            enough = set.union(*listed)
        if unlisted := sorted(there - enough):
            raise Invalid(f"{unlisted[0]!r} is in no manifest, or not in all that it must be in.")

    def _about(self) -> None:
        """What the bag says of itself: labels, and how much there is of the payload."""
        name = "package-info.txt" if self.version <= "0.95" else "bag-info.txt"
        if name not in self.files:
            return
        oxums = []
        for number, line in enumerate(self._lines(name)):
            if line[0] in " \t" and number:
                continue  # goes on from the line before
            label, colon, value = line.partition(":")
            if not (colon and label.strip()):
                raise Invalid(f"A line of {name} is not a label and a value.")
            if label.strip().lower() == "payload-oxum":
                oxums.append(value.strip())
        self._oxum(name, oxums)

    def _oxum(self, name: str, oxums: list[str]) -> None:
        if len(set(oxums)) > 1:
            raise Invalid(f"{name} says the Payload-Oxum more than once, differently.")
        if not oxums:
            return
        found = OXUM.fullmatch(oxums[0])
        sizes = [one.stat().st_size for name, one in self.files.items() if name.startswith(PAYLOAD)]
        if found is None or (int(found[1]), int(found[2])) != (sum(sizes), len(sizes)):
            raise Invalid("The Payload-Oxum is not that of the payload.")

    def _digests(self, manifest: Manifest) -> None:
        twins = {path.casefold() for path in manifest.entries if path in self.files}
        for path, digest in manifest.entries.items():
            there = self._there(path)
            if there is None and path.casefold() in twins:
                self.verdict.warnings.append(f"{path!r} is listed in two spellings of one name.")
            elif there is None:
                self.verdict.errors.append(f"{path!r} is listed in {manifest.name} and missing.")
            elif _digest(self.files[there], manifest.algorithm) != digest:
                self.verdict.errors.append(f"{path!r} is not as {manifest.name} says.")
            elif there != path:
                self.verdict.warnings.append(f"{path!r} is spelt with other characters on disk.")

    def _there(self, path: str) -> str | None:
        """What a listed file is called on disk: systems of files compose accents as they like."""
        return path if path in self.files else self.alike.get(_composed(path))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file by its path from the folder; links are not followed.

    Raises:
        Invalid: there is a link, which may lead anywhere.
    """
    for parent, folders, files in os.walk(folder, onerror=_refuse):
        for name in (*folders, *files):
            path = Path(parent) / name
            if path.is_symlink():
                raise Invalid("A link is in the bag.")
            if name in files:
                yield path.relative_to(folder).as_posix(), path


def _refuse(error: OSError) -> None:
    raise error


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _text(raw: bytes, encoding: str, name: str) -> str:
    try:
        return raw.decode(encoding)
    except (UnicodeError, LookupError) as error:
        raise Invalid(f"{name} is not text in the encoding that the bag names.") from error


def _digest(path: Path, algorithm: str) -> str:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
