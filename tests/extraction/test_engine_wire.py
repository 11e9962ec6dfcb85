"""What comes back from a reader is checked like anything from outside."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from apps.base.types import Box
from apps.extraction.engines import Glyph, Line, PageText, Word, wire
from apps.extraction.engines.fake import FakeEngine
from apps.extraction.engines.wire import Malformed

Said = dict[str, Any]


def page() -> PageText:
    glyphs = (Glyph("7", 0.61, 0.1, 0.15, "1", 0.38), Glyph("é", 0.99, 0.15, 0.2))
    word = Word("7é", Box(0.1, 0.2, 0.2, 0.25), 0.61, glyphs)
    return PageText(2, 1654, 2339, 90, [Line([word], word.box)])


def said() -> Said:
    return json.loads(json.dumps(wire.page_to_json(page())))


def test_a_page_comes_back_as_it_was_sent():
    assert wire.page_from_json(said()) == page()


def test_a_whole_page_comes_back_as_it_was_sent():
    sent = FakeEngine().read(np.zeros((850, 600, 3), np.uint8), 1)
    back = wire.page_from_json(json.loads(json.dumps(wire.page_to_json(sent))))
    assert [word.text for word in back.words] == [word.text for word in sent.words]
    assert [word.confidence for word in back.words] == [word.confidence for word in sent.words]
    for one, other in zip(back.words, sent.words, strict=True):
        assert one.box.left == pytest.approx(other.box.left, abs=1e-5)


def test_an_empty_page_is_a_page():
    assert wire.page_from_json(said() | {"lines": []}).words == []
    assert wire.page_from_json(said() | {"lines": [[]]}).lines == []


def test_a_word_is_as_sure_as_its_least_sure_character_whatever_the_reader_says():
    assert wire.page_from_json(said()).words[0].confidence == 0.61


NO_PAGES = [None, True, 1, "page", [], {}, [said()], {"lines": []}]


@pytest.mark.parametrize("answer", NO_PAGES, ids=repr)
def test_what_is_no_page_is_refused(answer):
    with pytest.raises(Malformed):
        wire.page_from_json(answer)


INFINITE, NAN = float("inf"), float("nan")
OF_PAGE: dict[str, list[Any]] = {
    "number": [None, "one", 0, -1, INFINITE, NAN, 10**400, []],
    "width": [None, "wide", 0, -600, INFINITE, 10**400, {}],
    "height": [None, "tall", 0, -850, INFINITE, 10**400, {}],
    "turned": [None, "left", 45, -90, 360, INFINITE, NAN],
    "lines": [None, 1, "text", {"a": 1}, [1], ["text"], [[1]], [[[]]], [["ab"]]],
}


@pytest.mark.parametrize(
    ("key", "value"),
    [(key, value) for key, values in OF_PAGE.items() for value in values],
    ids=lambda value: repr(value)[:20],
)
def test_a_page_with_a_part_out_of_range_is_refused(key, value):
    with pytest.raises(Malformed):
        wire.page_from_json(said() | {key: value})


@pytest.mark.parametrize("key", OF_PAGE)
def test_a_page_without_one_of_its_parts_is_refused(key):
    answer = said()
    del answer[key]
    with pytest.raises(Malformed):
        wire.page_from_json(answer)


def test_a_page_of_more_characters_than_a_reader_may_say_is_refused(monkeypatch):
    monkeypatch.setattr(wire, "MOST_GLYPHS", 3)
    assert wire.page_from_json(said())
    assert_refused(lambda answer: answer["lines"][0][0][1].extend(answer["lines"][0][0][1]))


@pytest.mark.parametrize(
    "edges",
    [
        [], [0.1, 0.1, 0.2], [0.1, 0.1, 0.2, 0.2, 0.3], [-0.1, 0.1, 0.2, 0.2], [0.1, 0.1, 1.2, 0.2],
        [NAN, 0.1, 0.2, 0.2], [0.1, INFINITE, 0.2, 0.2], ["left", 0.1, 0.2, 0.2], None, "0123",
        [1.0, 0.1, 1.0, 0.2],
    ],
)  # fmt: skip
def test_a_word_that_lies_on_no_page_is_refused(edges):
    assert_refused(lambda answer: answer["lines"][0][0].__setitem__(0, edges))


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, None), (0, 7), (0, "seven"), (0, ["7"]), (0, "\ud800"),
        (1, None), (1, -0.1), (1, 1.1), (1, NAN), (1, "sure"),
        (2, -1), (2, 2), (2, None), (3, INFINITE), (3, []),
        (4, None), (4, 1), (4, "\udfff"), (5, -1), (5, 2), (5, NAN),
    ],
    ids=ascii,
)  # fmt: skip
def test_a_character_with_a_part_out_of_range_is_refused(at, value):
    assert_refused(lambda answer: answer["lines"][0][0][1][0].__setitem__(at, value))


@pytest.mark.parametrize("glyphs", [[], None, "7", {"7": 1}, [[]], [["7", 0.5]]])
def test_a_word_without_proper_characters_is_refused(glyphs):
    assert_refused(lambda answer: answer["lines"][0][0].__setitem__(1, glyphs))


def test_too_many_lines_are_refused():
    line = said()["lines"][0]
    most = wire.page_from_json(said() | {"lines": [line] * wire.MOST_LINES})
    assert len(most.lines) == wire.MOST_LINES
    assert_refused(lambda answer: answer.__setitem__("lines", [line] * (wire.MOST_LINES + 1)))


def test_too_many_characters_are_refused():
    [edges, [glyph, *_]] = said()["lines"][0][0]
    long = [edges, [glyph] * (wire.MOST_GLYPHS // 10)]
    assert_refused(lambda answer: answer.__setitem__("lines", [[long] * 10, [[edges, [glyph]]]]))


def test_a_word_is_cut_where_no_word_is_that_long():
    answer = said()
    word = answer["lines"][0][0]
    word[1] = [word[1][0]] * (wire.LONGEST_WORD + 100)
    assert len(wire.page_from_json(answer).words[0].text) == wire.LONGEST_WORD


def test_a_box_of_no_width_is_given_the_least():
    answer = said()
    answer["lines"][0][0][0] = [0.5, 0.5, 0.5, 0.5]
    box = wire.page_from_json(answer).words[0].box
    assert 0 < box.width < 1e-4
    assert 0 < box.height < 1e-4


def assert_refused(spoil: Callable[[Said], object]) -> None:
    answer = said()
    wire.page_from_json(answer)  # it was a page
    spoil(answer)
    with pytest.raises(Malformed):
        wire.page_from_json(answer)
