"""Values that are plain words: a title may have two lines."""

from apps.base.types import Box
from apps.extraction import doctypes
from apps.extraction.engines import Glyph, Line, PageText, Word
from apps.extraction.find import find_fields
from apps.extraction.layout import rows_of
from apps.extraction.texts import _headings
from tests.extraction.pages import by_name


def line(text: str, top: float, height: float, *, left: float = 0.1) -> Line:
    words, pitch = [], height * 0.5
    for word in text.split():
        glyphs = [
            Glyph(c, 0.99, left + i * pitch, left + i * pitch + pitch) for i, c in enumerate(word)
        ]
        box = Box(left, top, left + len(word) * pitch, top + height)
        words.append(Word(word, box, 0.99, glyphs))
        left = box.right + pitch
    return Line(words, words[0].box.union(words[-1].box))


def contract() -> PageText:
    body = [
        line(f"line {n} of what was agreed upon by both", 0.3 + n * 0.03, 0.015) for n in range(12)
    ]
    title = [line("Agreement on the Supply", 0.1, 0.03), line("of Grey Paper", 0.14, 0.03)]
    return PageText(1, 1000, 1000, 0, [*title, line("between us", 0.22, 0.015), *body])


def test_a_title_of_two_lines_is_one_title():
    first = next(iter(_headings(rows_of(contract()))))
    assert first.normalised == "Agreement on the Supply of Grey Paper"
    assert len(first.spans) == 2


def test_a_field_of_two_lines_has_two_boxes():
    [rule] = [one for one in doctypes.get("contract").fields if one.heading]
    found = by_name(list(find_fields([contract()], doctypes.get("contract"), [rule.name])))
    assert found[rule.name].value == "Agreement on the Supply of Grey Paper"
    assert len(found[rule.name].boxes) == 2
