"""Each of two guards against pictures too large to unfold, with the other taken away.

Pillow's own guard speaks before a decoder may unfold anything; ours speaks of every frame. The
picture is our own and small; what counts as large is what the test says.
"""

import io

import pytest
from PIL import Image

from apps.intake.jailed import inspect
from tests.papers import image

PAPER = image("PNG")
PNG = "image/png"


@pytest.fixture(autouse=True)
def pillow_as_it_was(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


def look(most_pixels: int) -> dict[str, object]:
    return inspect._facts(PAPER, PNG, 10, most_pixels)


def test_a_picture_as_large_as_it_may_be_is_taken():
    with Image.open(io.BytesIO(PAPER)) as picture:
        assert look(picture.width * picture.height)["pages"] == 1


def test_pillow_refuses_a_picture_too_large_where_we_do_not_look(monkeypatch):
    monkeypatch.setattr(inspect, "_check_size", lambda *_: None)
    with pytest.raises(inspect.Unfit, match="too_many_pixels"):
        look(100)


def test_we_refuse_a_picture_too_large_where_pillow_does_not_look(monkeypatch):
    monkeypatch.setattr(inspect.warnings, "simplefilter", lambda *_: None)
    monkeypatch.setattr(Image, "_decompression_bomb_check", lambda *_: None)
    with pytest.raises(inspect.Unfit, match="too_many_pixels"):
        look(100)
