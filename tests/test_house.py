"""The rules of the house, checked rather than remembered."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.audit.tags import Tag
from apps.audit.words import WORDS
from apps.jobs import flow as jobs
from apps.review import ladder
from apps.review import rules as review
from apps.vault.classes import KINDS, ArtifactClass

ROOT = Path(__file__).parent.parent
LONGEST_MODULE = 300  # lines
LONGEST_FUNCTION = 40  # lines; they aim at 12
SOURCES = [
    path
    for folder in ("apps", "portal")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
OF_KINDS = {  # modules that sort kinds of events, and record none
    "apps/assurance/exports/ocsf.py", "apps/assurance/seen.py", "apps/audit/exposure.py",
    "apps/audit/groups.py", "apps/audit/tags.py", "apps/audit/words.py",
}  # fmt: skip
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_the_ladder_holds():
    """In a process of its own: the linter switches off every logger of the one it runs in."""
    linter = [sys.executable, "-c", "from importlinter.cli import lint_imports as lint;"
              "raise SystemExit(lint())"]  # fmt: skip
    ran = subprocess.run(linter, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("flow", [jobs, review, ladder], ids=["job", "task", "grant"])
def test_every_state_has_its_moves(flow):
    assert set(flow.MOVES) == set(flow.State)
    reached = {to for moves in flow.MOVES.values() for to in moves}
    assert reached | {next(iter(flow.State))} == set(flow.State)


def test_every_kind_of_event_is_recorded_somewhere():
    text = "\n".join(
        path.read_text() for path in SOURCES if str(path.relative_to(ROOT)) not in OF_KINDS
    )
    assert [tag for tag in Tag if f"Tag.{tag.name}" not in text] == []


def test_every_kind_of_event_has_words():
    assert set(WORDS) == set(Tag)


def test_every_class_of_artifact_is_described():
    assert set(KINDS) == set(ArtifactClass)
    prefixes = [kind.prefix for kind in KINDS.values() if kind.in_store]
    assert len(prefixes) == len(set(prefixes))


def test_imports_stand_at_the_top():
    late = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        for function in _functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert late == []


def test_rooms_stay_small():
    too_long = [path for path in SOURCES if len(path.read_text().splitlines()) > LONGEST_MODULE]
    assert too_long == []


def test_functions_stay_short():
    too_long = [
        f"{path.relative_to(ROOT)}: {function.name}"
        for path in SOURCES
        for function in _functions(path)
        if (function.end_lineno or 0) - function.lineno >= LONGEST_FUNCTION
    ]
    assert too_long == []


def test_nothing_is_called_by_a_name_that_says_nothing():
    empty = {"utils", "helpers", "manager", "handler", "common", "misc", "data", "info"}
    assert [path for path in SOURCES if path.stem in empty] == []


def test_python_holds_no_markup():
    markup = re.compile(r"</[a-z]+>|<(div|span|table|svg|script|style)[ >]")
    strings = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and markup.search(node.value)
    ]
    assert strings == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_no_inline_style_or_script(path):
    text = path.read_text()
    assert " style=" not in text
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\son[a-z]+=", text)


def test_styles_stay_small():
    size = sum(path.stat().st_size for path in (ROOT / "static").glob("*.css"))
    assert size < 40 * 1000


def test_only_one_file_names_colours():
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|oklch\(|rgb\(")
    for path in (ROOT / "static").glob("*.css"):
        if path.name != "tokens.css":
            drawn = re.sub(r"light-dark\([^;]*\)", "", path.read_text())
            assert not colour.search(drawn), path.name


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
