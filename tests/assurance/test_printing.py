"""The cover on paper says what the cover on the screen says."""

import io
import re
from datetime import UTC, datetime

import pikepdf
import pypdfium2
import pytest

from apps.assurance.exports import printing

NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
PAGE = """
<html><head><title>XP7-2KD · trail of Halden Group</title></head><body>
  <h1>Export XP7-2KD: the trail
    of Halden Group</h1>
  <p>That each event is as it was recorded, <strong>and that none is missing</strong>. The
     verifier has the SHA-256 <code>{digest}</code>.</p>
  <dl><dt>Asked for by</dt><dd>Zoë Łukasz<br>on Monday</dd></dl>
  <ul><li><code>{digest}{digest}{digest}</code></li></ul>
  <table><tr><th>Action</th><th>Events</th></tr>{rows}</table>
  <h2>Files</h2>
</body></html>
"""
DIGEST = "5f" * 32


def page(rows=3):
    cells = "".join(f"<tr><td>key.made</td><td>{number}</td></tr>" for number in range(rows))
    return PAGE.format(digest=DIGEST, rows=cells)


def sheets(pdf):
    """The text of each sheet, and where its letters stand."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [one.get_textpage().get_text_range() for one in document]


def squeezed(text):
    return re.sub(r"\s+", "", text)


def test_all_that_the_page_says_is_printed_in_its_order():
    [text] = sheets(printing.as_pdf(page(), now=NOW))
    for said in (
        "Export XP7-2KD: the trail of Halden Group",
        "as it was recorded, and that none is missing. The verifier has the SHA-256 " + DIGEST,
        "Asked for by Zoë Łukasz on Monday",
        DIGEST * 3,  # wider than a line
        "Action Events key.made 0 key.made 1 key.made 2",
        "XP7-2KD · trail of Halden Group 1 of 1",
    ):
        assert squeezed(said) in squeezed(text)


def test_long_covers_take_several_numbered_sheets():
    several = sheets(printing.as_pdf(page(200), now=NOW))
    assert len(several) > 2
    assert f"{len(several)} of {len(several)}" in several[-1]
    assert squeezed("".join(several)).count("key.made") == 200


def test_nothing_stands_outside_the_margins():
    with pypdfium2.PdfDocument(printing.as_pdf(page(200), now=NOW)) as document:
        for sheet in document:
            boxes = [one.get_bounds() for one in sheet.get_objects()]
            assert min(left for left, *_ in boxes) >= 55
            assert max(right for _, _, right, _ in boxes) <= 541
            assert min(bottom for _, bottom, *_ in boxes) >= 20


def test_signs_that_no_face_has_are_asked_about_and_break_nothing():
    [text] = sheets(printing.as_pdf("<title>x</title><p>Søren 王</p>", now=NOW))
    assert "Søren ?" in text


def test_it_says_when_it_was_made_and_holds_nothing_that_acts():
    with pikepdf.open(io.BytesIO(printing.as_pdf(page(), now=NOW))) as pdf:
        assert str(pdf.docinfo["/CreationDate"]) == "D:20261125143000Z"
        assert str(pdf.docinfo["/Title"]) == "XP7-2KD · trail of Halden Group"
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}


@pytest.mark.parametrize("markup", ["", "<p></p>", "<h1> </h1><ul><li></li></ul>"])
def test_a_cover_that_says_nothing_is_a_sheet_too(markup):
    assert len(sheets(printing.as_pdf(f"<title>x</title>{markup}", now=NOW))) == 1
