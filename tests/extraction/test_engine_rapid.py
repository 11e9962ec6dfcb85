"""The repaired engine: every character has its own confidence, place and runner-up.

Two tests at the end really read, and take seconds; all others decode made-up probabilities.
"""

import io
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from rapidocr.cal_rec_boxes import CalRecBoxes
from rapidocr.ch_ppocr_det.utils import DBPostProcess
from rapidocr.ch_ppocr_rec.typings import TextRecOutput
from rapidocr.ch_ppocr_rec.utils import CTCLabelDecode
from rapidocr.utils.process_img import get_rotate_crop_image

from apps.base.types import Box
from apps.extraction.engines import rapid
from apps.extraction.engines.rapid import BLANK, PINNED, Mark, MarkDecode, RapidEngine
from apps.extraction.synthetic import draw

CHARACTERS = ["blank", *"abcdefghij", " "]
WIDTH = 400  # pixels of a made-up line
QUAD = np.array([[0, 0], [WIDTH, 0], [WIDTH, 20], [0, 20]], np.float32)

Step = tuple[str, float] | tuple[str, float, str, float]


def logits(*steps: Step) -> Any:
    """Probabilities of one line: a column for each step, `-` for the blank."""
    columns = np.zeros((1, len(steps), len(CHARACTERS)), np.float32)
    for at, (first, likely, *rest) in enumerate(steps):
        columns[0, at, index(first)] = likely
        if rest:
            columns[0, at, index(str(rest[0]))] = rest[1]
    return columns


def index(character: str) -> int:
    return BLANK if character == "-" else CHARACTERS.index(character)


def decoded(*steps: Step) -> list[Mark]:
    [_], [marks] = MarkDecode(CHARACTERS)(logits(*steps))
    return marks


GAP: Step = ("-", 0.9)
TWO_WORDS = (
    ("a", 0.99), GAP, ("b", 0.98), GAP, ("c", 0.97), GAP, (" ", 0.96), GAP, ("d", 0.20), GAP,
)  # fmt: skip


# Decoding


def test_the_repair_is_written_for_the_version_that_is_installed():
    assert version("rapidocr") == PINNED


def test_another_version_is_refused(monkeypatch):
    monkeypatch.setattr(rapid, "version", lambda _: "3.11.0")
    with pytest.raises(RuntimeError, match=PINNED):
        RapidEngine()


def test_each_character_has_its_own_confidence():
    marks = decoded(*TWO_WORDS)
    assert "".join(mark.text for mark in marks) == "abc d"
    assert [mark.confidence for mark in marks] == pytest.approx([0.99, 0.98, 0.97, 0.96, 0.20])


def test_each_character_has_its_own_place():
    marks = decoded(*TWO_WORDS)
    assert [mark.at for mark in marks] == pytest.approx([0.05, 0.25, 0.45, 0.65, 0.85])


def test_each_character_has_its_runner_up():
    [one, two] = decoded(("a", 0.6, "b", 0.3), GAP, ("c", 0.9, "-", 0.1))
    assert (one.text, one.other, one.other_confidence) == ("a", "b", pytest.approx(0.3))
    assert (two.other, two.other_confidence) == ("", 0.0)  # the blank is nobody's other reading


def test_a_character_that_stays_for_several_columns_is_one():
    [one] = decoded(("a", 0.5), ("a", 0.9), ("a", 0.8))
    assert (one.text, one.confidence) == ("a", 0.5)  # as RapidOCR takes it: of the first column


def test_a_character_that_comes_back_after_a_blank_is_two():
    assert "".join(mark.text for mark in decoded(("a", 0.9), GAP, ("a", 0.8))) == "aa"


def test_two_characters_need_no_blank_between_them():
    assert "".join(mark.text for mark in decoded(("a", 0.9), ("b", 0.9), ("a", 0.9))) == "aba"


def test_a_line_of_blanks_says_nothing_and_is_not_sure_of_it():
    texts, lines = MarkDecode(CHARACTERS)(logits(GAP, GAP, GAP))
    assert (texts, lines) == ([("", 0.0)], [[]])


def test_a_line_that_was_padded_to_its_batch_is_measured_by_its_own_width():
    steps = (("a", 0.9), GAP, ("b", 0.9), GAP, GAP, GAP, GAP, GAP)
    _, [marks] = MarkDecode(CHARACTERS)(
        logits(*steps), return_word_box=True, wh_ratio_list=(5.0,), max_wh_ratio=10.0
    )
    assert [mark.at for mark in marks] == pytest.approx([0.5 / 4, 2.5 / 4])


def test_lines_of_a_batch_are_kept_apart():
    both = np.concatenate([logits(("a", 0.9), GAP), logits(("b", 0.8), ("c", 0.7))])
    texts, lines = MarkDecode(CHARACTERS)(both, wh_ratio_list=(1.0, 1.0))
    assert [text for text, _ in texts] == ["a", "bc"]
    assert [[mark.text for mark in line] for line in lines] == [["a"], ["b", "c"]]


# Why it is not left to RapidOCR


def test_rapidocr_gives_words_the_confidence_of_characters_that_are_not_theirs():
    """The same probabilities: word two is 0.20 sure, and RapidOCR says 0.98."""
    words = as_shipped(*TWO_WORDS)
    assert [text for text, _ in words] == ["abc", "d"]
    assert [confidence for _, confidence in words] == pytest.approx([0.99, 0.98])

    repaired = rapid._line(QUAD, decoded(*TWO_WORDS), WIDTH, 20)
    assert repaired is not None
    assert [word.text for word in repaired.words] == ["abc", "d"]
    assert [word.confidence for word in repaired.words] == pytest.approx([0.97, 0.20])


def as_shipped(*steps: Step) -> list[tuple[str, float]]:
    """What RapidOCR's own decoder and pairing make of it."""
    decoder = CTCLabelDecode(character=CHARACTERS[1:-1])
    assert decoder.character == CHARACTERS
    texts, infos = decoder(logits(*steps), return_word_box=True)
    read = TextRecOutput(txts=tuple(text for text, _ in texts), word_results=tuple(infos))
    picture = np.zeros((20, WIDTH, 3), np.uint8)
    paired = CalRecBoxes()([picture], QUAD[None], read)
    return [(text, confidence) for text, confidence, _ in paired.word_results[0]]


# Boxes


def test_a_word_s_box_lies_around_its_own_characters():
    line = rapid._line(QUAD, decoded(*TWO_WORDS), WIDTH, 40)
    assert line is not None
    first, second = line.words
    assert (first.box.left, first.box.right) == pytest.approx((0.0, 0.55), abs=0.1)
    assert (second.box.left, second.box.right) == pytest.approx((0.75, 0.95), abs=0.01)
    assert first.box.right < second.box.left
    assert (first.box.top, first.box.bottom) == (0.0, 0.5)


def test_characters_of_a_word_stand_side_by_side():
    line = rapid._line(QUAD, decoded(*TWO_WORDS), WIDTH, 40)
    assert line is not None
    glyphs = line.words[0].glyphs
    assert [glyph.text for glyph in glyphs] == list("abc")
    for one, other in pairwise(glyphs):
        assert one.left < one.right == pytest.approx(other.left)


def test_a_line_of_spaces_has_no_words():
    assert rapid._line(QUAD, decoded((" ", 0.9), GAP, (" ", 0.9)), WIDTH, 20) is None


# Which way up


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> RapidEngine:
    """An engine without a model, whose pages are a dark bar for each line, its beginning darker."""
    monkeypatch.setattr(RapidEngine, "_look", lambda self, page: seen(page))
    monkeypatch.setattr(RapidEngine, "_recognise", lambda self, crops: [read(c) for c in crops])
    return RapidEngine.__new__(RapidEngine)


def paper(lines: int = 5) -> Any:
    page = np.full((300, 400, 3), 255, np.uint8)
    for number in range(lines):
        top = 20 + number * 50
        page[top : top + 20, 40:340] = 100
        page[top : top + 20, 40:60] = 0
    return page


def seen(page: Any) -> rapid.Seen:
    """A quad around each bar, and the bar as RapidOCR would cut it out."""
    bars = (page[..., 0] < 200).astype(np.uint8)
    outlines, _ = cv2.findContours(bars, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    quads = [DBPostProcess().get_mini_boxes(outline)[0] for outline in outlines]
    quads = [np.asarray(quad, np.float32) for quad in quads]
    return rapid.Seen(quads, [get_rotate_crop_image(page, quad.copy()) for quad in quads])


def read(crop: Any) -> rapid.Recognised:
    left, right = (crop[:, edge].mean() for edge in (slice(1, 15), slice(-15, -1)))
    sure = 0.98 if left < right else 0.6
    return "bar", sure, [Mark("b", sure, 0.5, "", 0.0)]


@pytest.mark.parametrize("lean", [0, 9, -9])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_is_read_the_way_in_which_it_can_be_read(engine, turn, lean):
    image = Image.fromarray(np.rot90(paper(), k=-turn // 90))
    laid = np.asarray(image.rotate(-lean, expand=True, fillcolor="white"))
    page = engine.read(laid, 1)
    assert page.turned == (360 - turn) % 360
    assert page.skew == pytest.approx(lean, abs=1.0)
    assert len(page.lines) == 5
    assert all(word.confidence == 0.98 for word in page.words)
    tops = [line.box.top for line in page.lines]
    assert min(b - a for a, b in pairwise(tops)) > 0.05  # none beside another


def test_an_upright_page_is_looked_at_and_read_once(engine, monkeypatch):
    times: list[str] = []
    for name in ("_look", "_recognise"):
        counted = getattr(RapidEngine, name)
        monkeypatch.setattr(
            RapidEngine, name, lambda *a, name=name, run=counted: times.append(name) or run(*a)
        )
    engine.read(paper(), 1)
    assert times == ["_look", "_recognise"]


def test_a_page_without_text_lies_as_it_came(engine):
    page = engine.read(np.full((300, 400, 3), 255, np.uint8), 7)
    assert (page.number, page.turned, page.skew, page.lines) == (7, 0, 0.0, [])


# Slow: two real readings


@pytest.fixture(scope="module")
def slow_engine() -> RapidEngine:
    return RapidEngine(threads=2)


def receipt() -> Any:
    """The upper quarter of a drawn receipt."""
    content = draw("receipt", seed=5, form="png").content
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB").crop((0, 0, image.width, 420)))


def test_slow_a_drawn_page_is_really_read(slow_engine):
    pixels = receipt()
    page = slow_engine.read(pixels, 1)
    assert page.turned == 0
    assert {"Copper", "Kettle", "Stores", "Ferry", "22/04/2026"} <= {w.text for w in page.words}
    for word in page.words:
        assert word.confidence == min(glyph.confidence for glyph in word.glyphs)
        assert word.text == "".join(glyph.text for glyph in word.glyphs)
        assert ink(pixels, word.box) > 0.03  # there is something where the box says
        assert word.glyphs[0].left < word.glyphs[-1].right
    assert page.words[0].box.top < 0.3 < page.words[-1].box.bottom


def test_slow_a_page_that_lies_upside_down_and_crooked_is_really_laid_straight(slow_engine):
    crooked = Image.fromarray(receipt()).rotate(180 - 4, expand=True, fillcolor="white")
    page = slow_engine.read(np.asarray(crooked), 1)
    assert page.turned == 180
    assert page.skew == pytest.approx(4, abs=1)
    assert page.words[0].text == "The"
    assert {"Copper", "Kettle", "22/04/2026"} <= {word.text for word in page.words}


def ink(pixels: Any, box: Box) -> float:
    """How much of a box is dark."""
    height, width = pixels.shape[:2]
    rows = slice(int(box.top * height), int(box.bottom * height) + 1)
    columns = slice(int(box.left * width), int(box.right * width) + 1)
    return float((pixels[rows, columns].mean(axis=2) < 140).mean())
