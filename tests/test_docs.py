"""What the documents say is checked where it can be."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from apps.extraction import doctypes
from apps.extraction.doctypes import DocType, FieldRule
from portal import diagrams

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_lead_somewhere(page):
    targets = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in targets if not (page.parent / link).exists()] == []


def test_pictures_are_shown_somewhere():
    said = "\n".join(page.read_text() for page in PAGES)
    pictures = sorted((ROOT / "docs" / "pictures").iterdir())
    assert pictures
    assert [path.name for path in pictures if path.name not in said] == []


def test_the_commands_of_the_readme_exist():
    said = set(re.findall(r"(?:`|    )make ([a-z]+)", (ROOT / "README.md").read_text()))
    rules = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test"} <= said <= rules


def test_the_management_commands_of_the_documents_exist():
    said = {
        name for page in PAGES for name in re.findall(r"manage\.py ([a-z_]+)", page.read_text())
    }
    assert said
    assert said <= set(get_commands())


def test_the_readme_names_every_floor():
    text = (ROOT / "README.md").read_text()
    floors = [app.removeprefix("apps.") for app in settings.LADDER] + ["base"]
    assert [name for name in floors if f"| `{name}` |" not in text] == []


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text()
    decisions = [path for path in sorted(folder.glob("*.md")) if path.name != "README.md"]
    titles = {path.name: path.read_text().splitlines()[0].removeprefix("# ") for path in decisions}
    rows = {f"| [{name[:4]}]({name}) | {title} |" for name, title in titles.items()}
    assert {line for line in index.splitlines() if line.startswith("| [")} == rows


def test_the_documents_name_every_setting():
    read = re.compile(r"""\b(?:env\.(?:text|number|flag|secret)|given)\(\s*"([A-Z_]+)""")
    used = re.compile(r"""environ(?:\.get\(|\[|\.setdefault\()\s*"([A-Z_]+)""")
    names = {
        name
        for path in [ROOT / "manage.py", *ROOT.glob("portal/**/*.py")]
        for name in read.findall(path.read_text()) + used.findall(path.read_text())
    } - {"DJANGO_SETTINGS_MODULE", "PATH"}
    listed = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.M))
    assert names == listed


def test_every_class_and_what_it_may_say_is_explained():
    named = set(re.findall(r"`([a-z_]+)`", (ROOT / "docs" / "classes.md").read_text()))
    classes = {doctype.name for doctype in doctypes.load_all()}
    keys = {one.name for shape in (DocType, FieldRule) for one in fields(shape)}
    assert (classes | keys) - named == set()


def test_the_diagrams_are_current():
    assert (ROOT / "docs" / "states.md").read_text() == diagrams.page()


def test_what_the_threat_model_calls_proof_exists():
    text = (ROOT / "docs" / "threat-model.md").read_text()
    named = re.findall(r"`((?:tests|portal|apps)/[^`]*)`", text)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_no_file_holds_a_path_of_a_machine():
    git = ["git", "-c", f"safe.directory={ROOT}"]  # a clone may belong to somebody else
    listed = subprocess.run(
        [*git, "ls-files"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    homes = re.compile(r"/(?:root|home/[a-z]+|work)/")
    named = [name for name in listed.stdout.split() if name.endswith((".py", ".md", ".toml"))]
    assert [name for name in named if homes.search((ROOT / name).read_text())] == []


def test_the_portal_answers_help():
    said = subprocess.run(
        [sys.executable, "manage.py", "process", "--help"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert "--fields" in said.stdout
