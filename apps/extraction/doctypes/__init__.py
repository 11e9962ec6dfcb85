"""Document classes as files: what marks a class, which fields it has, how they are labelled.

Each `*.toml` beside this module is one class. A mistake in a file is told at loading, with the
file and the place, not at reading.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from apps.base.types import Box
from apps.extraction import fragments, lexicon
from apps.extraction.validators import CHECKS
from apps.extraction.values import Kind

LANGUAGES = frozenset({"en", "de", "fr", "es", "it", "nl", "ms", "any"})
TIERS = frozenset({"standard", "high"})
MASKS = frozenset({"none", "ends", "start", "cents", "last4", "all", "initial", "year"})
SIGNALS = frozenset({"zone", "narrow", "keys", "prices", "prose", "short"})
READERS = frozenset({"page", "mrz"})
PARTIES = frozenset({"", "issuer", "addressee"})
NONE_OF_THEM = "other"  # the class of documents of no class; nothing is extracted from them
SENSITIVITIES = range(4)  # 0 public, 1 internal, 2 personal, 3 special
MOST_READERS = 2
OWN = frozenset({"name", "title", "tier", "marks", "signals", "base"})  # no kind inherits them

Labels = Mapping[str, Sequence[str]]  # by language


class BrokenDocType(ValueError):
    """A document class file says something that cannot be meant."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldRule:
    """How one field is found, shown and judged."""

    name: str
    title: str = ""
    type: Kind = Kind.TEXT
    labels: Labels = field(default_factory=dict)  # say what the value is
    weak: Labels = field(default_factory=dict)  # say it, but may stand for other things as well
    faint: Labels = field(default_factory=dict)  # say something else that is often the same
    above: Labels = field(default_factory=dict)  # the value stands in the line above one of these
    heading: bool = False  # the value is the first large line of the page
    avoid: Sequence[str] = ()  # look like a label of this field and mean something else
    beside: str = ""  # a value in the row of this other field's label counts too
    after: str = ""  # a date that is not before that of this other field
    like: str = ""  # where no label of it stands, its amount is that of this other field
    party: str = ""  # a name or address that needs no label: "issuer" or "addressee"
    unlike: Sequence[str] = ()  # lists of names in the lexicon; what begins or ends so is not meant
    unlabelled: float | None = None  # natural log of odds that a value without label is it
    last: bool = False  # of several values beside a label the last: the end of a period
    region: Box | None = None  # where the value usually stands
    sensitivity: int = 1
    mask: str = "none"
    own: str = ""  # the kind of fragment that the value itself is; its mask hides it
    required: bool = False
    validators: Sequence[str] = ()
    threshold: float | None = None  # 0 to 1; instead of the one that calibration derives
    error_target: float | None = None  # 0 to 1; stricter than the class's and the organisation's
    readers: int = 1  # how many people must agree on a value that one of them was asked for
    one_reader_below: float | None = None  # an amount for which one of them is enough


@dataclass(frozen=True, slots=True, eq=False)
class DocType:
    """A class of documents."""

    name: str
    title: str
    tier: str = "standard"
    kind_of: str = ""  # the class whose fields it has, and whose marks speak for it too
    marks: Mapping[str, float] = field(default_factory=dict)  # phrase → how much it says
    base: float = 0.0  # natural log; what speaks for the class before anything is read
    signals: Mapping[str, float] = field(default_factory=dict)  # shape of the pages → weight
    fields: Sequence[FieldRule] = ()
    aids: Sequence[FieldRule] = ()  # amounts that only serve to check others; never returned
    sums: Sequence[str] = ()  # what must add up; see `arithmetic`
    taxed: Sequence[str] = ()  # the fields of net, tax and gross, which printed rates prove
    reader: str = "page"  # "mrz": all fields come from the machine-readable zone
    fragments: Sequence[str] = fragments.KINDS  # hidden inside values before they are kept
    transcript: bool = True  # whether its text may be kept where the sender asks for it
    one_column: bool = False  # the head of the page is one column however wide its gaps
    error_target: float | None = None  # 0 to 1; of fields nobody looked at, so many may be wrong

    def rule(self, name: str) -> FieldRule:
        """The rule of a field. Raises KeyError if the class has no such field."""
        for rule in self.fields:
            if rule.name == name:
                return rule
        raise KeyError(name)

    def hidden_in(self, rule: FieldRule) -> frozenset[str]:
        """The kinds of fragments that are hidden inside a field's values."""
        return frozenset(self.fragments) - {rule.own}


@cache
def load_all() -> tuple[DocType, ...]:
    """Every document class, by name."""
    return tuple(load(path) for path in sorted(Path(__file__).parent.glob("*.toml")))


def get(name: str) -> DocType:
    """One document class. Raises KeyError if there is none of that name."""
    for doctype in load_all():
        if doctype.name == name:
            return doctype
    raise KeyError(name)


def load(path: Path) -> DocType:
    """Read a class file. Raises BrokenDocType if it does not parse or says what cannot be meant."""
    said = _parsed(path)
    if name := said.get("kind_of"):
        said = _over(_base(path.with_name(f"{name}.toml"), path.name), said)
    return _doctype(said, path.name)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BrokenDocType(f"{path.name}: {error}") from error


def _base(path: Path, where: str) -> dict[str, Any]:
    """The class that another is a kind of; what that is a kind of itself would stay hidden."""
    _need(path.exists(), where, f"kind_of names no class: {path.stem!r}")
    said = _parsed(path)
    _need("kind_of" not in said, where, f"kind_of names a kind of another class: {path.stem!r}")
    return said


def _over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A class file laid over that of which it is a kind: its own word stands, key by key."""
    shared = {key: said for key, said in base.items() if key not in OWN}
    fields, aids = (_laid(base.get(key, {}), own.get(key, {})) for key in ("fields", "aids"))
    return {**shared, **own, "fields": fields, "aids": aids}


def _laid(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {**base.get(name, {}), **own.get(name, {})} for name in {**base, **own}}


def _doctype(data: dict[str, Any], where: str) -> DocType:
    _known(data, DocType, where)
    for key in ("name", "title"):
        _need(data.get(key), where, f"{key} must be given")
    for key, allowed in (("tier", TIERS), ("reader", READERS)):
        _need(data.get(key) in (None, *allowed), where, f"{key} must be one of {sorted(allowed)}")
    built = {
        "marks": _marks(data.get("marks", {}), where),
        "signals": _signals(data.get("signals", {}), where),
        "fields": _rules(data.get("fields", {}), f"{where}: fields"),
        "aids": _rules(data.get("aids", {}), f"{where}: aids"),
    }
    _need(data.get("transcript", True) in (True, False), where, "transcript must be true or false")
    unknown = set(data.get("fragments", ())) - set(fragments.KINDS)
    _need(not unknown, where, f"fragments know no kind {sorted(unknown)}")
    doctype = DocType(**(data | built))
    _need(0 <= (doctype.error_target or 0) <= 1, where, "error_target must lie between 0 and 1")
    _check_names(doctype, where)
    return doctype


def _marks(data: dict[str, Any], where: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for language, phrases in data.items():
        _need(language in LANGUAGES, where, f"marks know no language {language!r}")
        _need(isinstance(phrases, dict), where, "a mark is a phrase and a weight")
        found |= {phrase: float(weight) for phrase, weight in phrases.items()}
    return found


def _signals(data: dict[str, Any], where: str) -> dict[str, float]:
    unknown = set(data) - SIGNALS
    _need(not unknown, where, f"there is no signal {sorted(unknown)}")
    return {name: float(weight) for name, weight in data.items()}


def _rules(data: dict[str, Any], where: str) -> tuple[FieldRule, ...]:
    return tuple(_rule(name, rule, f"{where}.{name}") for name, rule in data.items())


def _rule(name: str, data: dict[str, Any], where: str) -> FieldRule:
    _known(data, FieldRule, where)
    built = {
        "type": _kind(data.get("type", "amount"), where),
        "region": _region(data.get("region"), where),
    }
    for key in ("labels", "weak", "faint", "above"):
        unknown = set(data.get(key, {})) - LANGUAGES
        _need(not unknown, where, f"{key} know no language {sorted(unknown)}")
    rule = FieldRule(name=name, **(data | built))
    _check_rule(rule, where)
    return rule


def _check_rule(rule: FieldRule, where: str) -> None:
    _need(rule.sensitivity in SENSITIVITIES, where, "sensitivity must be 0, 1, 2 or 3")
    _need(rule.party in PARTIES, where, f"party must be one of {sorted(PARTIES)}")
    _need(rule.mask in MASKS, where, f"mask must be one of {sorted(MASKS)}")
    _need(rule.own in ("", *fragments.KINDS), where, f"there is no kind of fragment {rule.own!r}")
    for name in rule.unlike:
        _need(lexicon.has("names", name), where, f"the lexicon has no list of {name!r}")
    for key, share in (("threshold", rule.threshold), ("error_target", rule.error_target)):
        _need(share is None or 0 <= share <= 1, where, f"{key} must lie between 0 and 1")
    _need(1 <= rule.readers <= MOST_READERS, where, "readers must be 1 or 2")
    limited = rule.one_reader_below is not None
    of_two = rule.readers == MOST_READERS and rule.type is Kind.AMOUNT
    _need(of_two or not limited, where, "one_reader_below is for amounts with readers = 2")
    for check in rule.validators:
        _need(check in CHECKS, where, f"there is no validator {check!r}")


def _kind(name: str, where: str) -> Kind:
    _need(name in set(Kind), where, f"type must be one of {sorted(Kind)}")
    return Kind(name)


def _region(edges: list[float] | None, where: str) -> Box | None:
    if edges is None:
        return None
    try:
        return Box(*edges)
    except (TypeError, ValueError) as error:
        raise BrokenDocType(
            f"{where}: region must be left, top, right, bottom on a page"
        ) from error


def _check_names(doctype: DocType, where: str) -> None:
    names = {rule.name for rule in (*doctype.fields, *doctype.aids)}
    for rule in doctype.fields:
        _need(rule.title, where, f"fields.{rule.name} must have a title")
        for key, other in (("beside", rule.beside), ("like", rule.like), ("after", rule.after)):
            known = not other or other in names
            _need(known, where, f"fields.{rule.name}: {key} names no field: {other!r}")
    for name in doctype.taxed:
        _need(not name or name in names, where, f"taxed: there is no field {name!r}")
    _need(len(doctype.taxed) in (0, 3), where, "taxed names the fields of net, tax and gross")
    for line in doctype.sums:
        for term in line.replace("=", " ").replace("+", " ").replace("-", " ").split():
            _need(term.strip("?~") in names, where, f"sums: there is no field {term!r}")


def _known(data: dict[str, Any], shape: type[Any], where: str) -> None:
    unknown = set(data) - {one.name for one in fields(shape)}
    _need(not unknown, where, f"nothing is known of {sorted(unknown)}")


def _need(condition: object, where: str, sentence: str) -> None:
    if not condition:
        raise BrokenDocType(f"{where}: {sentence}.")
