"""No parser of foreign bytes runs outside the jail; each exception says why it is none."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARSERS = {
    "PIL", "cv2", "defusedxml", "fitz", "lxml", "onnxruntime", "pdfplumber", "pikepdf",
    "pillow_heif", "pyhanko", "pypdf", "pypdfium2", "rapidocr", "tifffile", "xml", "zxingcpp",
}  # fmt: skip
OPENERS = {
    "Image.open", "Pdf.open", "PdfDocument", "PdfFileReader", "IncrementalPdfFileWriter",
    "pikepdf.open", "pdfium.PdfDocument", "etree.fromstring", "zxingcpp.read_barcodes",
}  # fmt: skip
INSIDE = re.compile(
    r"^apps/[a-z]+/jailed/|^apps/extraction/engines/(rapid|doctr|tesseract|fake|serve)\.py$"
)
DRAWN = "draws papers of its own, and reads none but those"
MEASURES = "a command for measuring, on the operator's own pictures"
SIGNS = "signs a PDF that the demo has just drawn"
EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "apps/extraction/synthetic/": ({"PIL", "pikepdf"}, DRAWN),
    "apps/extraction/drawing.py": ({"PIL"}, "packs pixels the jail gave, and unpacks the same"),
    "apps/extraction/engines/upright.py": ({"PIL"}, "turns pixels, and opens nothing"),
    "apps/preservation/packages/writing.py": ({"lxml"}, "writes what we say, and reads nothing"),
    "apps/review/crops.py": ({"PIL"}, "cuts slits from decoded pixels and packs them"),
    "apps/review/glyphs.py": ({"PIL"}, "cuts one character from a slit that we drew and sealed"),
    "portal/evaluation/confidence.py": ({"PIL", "rapidocr"}, MEASURES),
    "portal/evaluation/html.py": ({"PIL"}, "packs crops of pixels the jail gave"),
    "portal/evaluation/pipeline.py": ({"pikepdf"}, DRAWN),
    "portal/evaluation/readers.py": ({"PIL"}, DRAWN),
    "portal/evaluation/retention.py": ({"PIL"}, DRAWN),
    "portal/evaluation/slits.py": ({"PIL"}, DRAWN),
    "portal/demo/signing.py": ({"pyhanko"}, SIGNS),
    "portal/demo/stamping.py": ({"pyhanko"}, "signs time stamps for the demo"),
    "portal/management/commands/readers.py": ({"PIL"}, DRAWN),
}
OPENING = {
    "apps/extraction/drawing.py": "JPEG alone, from the vault, which proves that nobody changed it",
    "apps/extraction/synthetic/paper.py": DRAWN,
    "apps/review/glyphs.py": "PNG alone, of our own slit, from the vault",
    "portal/evaluation/readers.py": DRAWN,
    "portal/evaluation/confidence.py": MEASURES,
    "portal/evaluation/pipeline.py": DRAWN,
    "portal/demo/signing.py": SIGNS,
}
SOURCES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text())
    for folder in ("apps", "portal")
    for path in sorted((ROOT / folder).rglob("*.py"))
}


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def called(tree: ast.Module) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def outside() -> dict[str, ast.Module]:
    return {name: tree for name, tree in SOURCES.items() if not INSIDE.match(name)}


def excepted(name: str) -> set[str]:
    return {
        one for place, (some, _) in EXCEPTIONS.items() if name.startswith(place) for one in some
    }


def test_parsers_are_imported_behind_the_wall_only():
    found = {
        name: {module.split(".")[0] for module in imported(tree)} & PARSERS - excepted(name)
        for name, tree in outside().items()
    }
    assert {name: parsers for name, parsers in found.items() if parsers} == {}


def test_nothing_outside_imports_what_runs_inside():
    """Imported, a jailed module would run with the rights of whoever imported it."""
    jailed = re.compile(
        r"^apps\.[a-z]+\.jailed\.|^apps\.extraction\.engines\.(rapid|doctr|tesseract|serve)\b"
    )
    found = {name for name, tree in outside().items() if any(map(jailed.match, imported(tree)))}
    assert found == {
        "portal/evaluation/confidence.py",
        "portal/evaluation/pipeline.py",
        "portal/evaluation/readers.py",
    }


def test_files_are_opened_behind_the_wall_only():
    found = {name for name, tree in outside().items() if called(tree) & OPENERS}
    assert found == set(OPENING)


def test_what_is_opened_outside_was_packed_by_us():
    """Pillow tries every decoder it has unless it is told which one may be meant."""
    opened = [
        ast.unparse(node)
        for node in ast.walk(SOURCES["apps/extraction/drawing.py"])
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Image.open"
    ]
    assert opened == ["Image.open(io.BytesIO(content), formats=('JPEG',))"]


@pytest.mark.parametrize("place", EXCEPTIONS)
def test_an_exception_is_still_needed(place):
    trees = [tree for name, tree in outside().items() if name.startswith(place)]
    used = {module.split(".")[0] for tree in trees for module in imported(tree)}
    assert used & PARSERS == EXCEPTIONS[place][0]


def test_the_readers_and_parsers_are_started_by_the_jail_alone():
    """Whoever starts a process of ours from the apps goes through `jail.command`."""
    starts = {
        name: ast.unparse(tree)
        for name, tree in outside().items()
        if name.startswith("apps/") and "subprocess" in set(imported(tree))
    }
    assert set(starts) == {"apps/intake/jail.py", "apps/extraction/reader.py"}
    for text in starts.values():
        assert text.count("subprocess.Popen(") == text.count("subprocess.Popen(jail.command(") + (
            text.count("subprocess.Popen(command(")
        )
