"""A PDF whose text layer lies: whatever is delivered unseen is what the eye sees on the page.

One file with all tricks goes the whole way, through the wall and the real engine; it takes seconds.
"""

import io
from contextlib import closing
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from apps.delivery.result import Standing
from apps.delivery.settling import settled_fields
from apps.extraction import reader, synthetic
from apps.intake import services as intake
from apps.intake.models import Document
from apps.jobs import runner
from apps.jobs.flow import State

PAGE = (1240, 1754)  # pixels: A4 at 150 dpi
SEEN = {
    "invoice_number": "KX-77314",
    "issue_date": "2026-03-26",
    "iban": "DE89370400440532013000",
    "net_total": "100.00",
    "tax_total": "19.00",
    "grand_total": "119.00",
    "due_payable": "119.00",
    "currency": "EUR",
}
PRINTED = (
    "INVOICE",
    "Invoice number: KX-77314",
    "Invoice date: 2026-03-26",
    "Net total EUR 100.00",
    "VAT 19% EUR 19.00",
    "Grand total EUR 119.00",
    "IBAN: DE89 3704 0044 0532 0130 00",
)
LIES = (
    "Invoice number: EV-66666",
    "Invoice date: 2020-01-01",
    "Net total EUR 900.00",
    "VAT 19% EUR 171.00",
    "Grand total EUR 1071.00",
    "IBAN: GB29 NWBK 6016 1331 9268 19",
)
# How a layer is hidden from the eye: operators before its text.
TRICKS = {
    "invisible": "3 Tr 12",
    "white on white": "1 1 1 rg 12",
    "a point high": "0 0 0 rg 1",
    "under the picture": "0 0 0 rg 12",
}


def picture() -> bytes:
    """The page as it looks."""
    font = ImageFont.truetype(synthetic.__path__[0] + "/fonts/Inter-Regular.ttf", 36)
    page = Image.new("RGB", PAGE, "white")
    pen = ImageDraw.Draw(page)
    for row, line in enumerate(PRINTED):
        pen.text((120, 140 + 110 * row), line, font=font, fill="black")
    out = io.BytesIO()
    page.save(out, "JPEG", quality=92)
    return out.getvalue()


def hostile() -> bytes:
    """The picture, and the lies beside each printed line, hidden in every way there is."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1)
        font.BaseFont = pikepdf.Name.Helvetica
        image = pdf.make_stream(
            picture(),
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=PAGE[0], Height=PAGE[1],
            ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
        )  # fmt: skip
        page.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F1=font), XObject=pikepdf.Dictionary(I1=image)
        )
        drawn = "q 595 0 0 842 0 0 cm /I1 Do Q"
        layers = {
            name: _layer(how, 400 if name == "white on white" else 58)
            for name, how in TRICKS.items()
        }
        under = layers.pop("under the picture")
        page.Contents = pdf.make_stream(" ".join([under, drawn, *layers.values()]).encode())
        pdf.save(out)
    return out.getvalue()


def _layer(how: str, left: int) -> str:
    before, size = how.rsplit(" ", 1)
    lines = [
        f"BT {before} /F1 {size} Tf 1 0 0 1 {left} {842 - 135 - 53 * row} Tm ({line}) Tj ET"
        for row, line in enumerate(LIES)
    ]
    return "q " + " ".join(lines) + " Q"


@pytest.fixture
def document(house: Any, at_once: None, settings: Any) -> Document:
    """The file, sent and read."""
    settings.READER_COMMAND = ["apps.extraction.engines.serve", "rapid"]
    reader.close()
    document = house.send(hostile(), name="paper.pdf", doctype="invoice")
    runner.run(intake.job_of(document).pk)
    reader.close()
    return Document.objects.get(pk=document.pk)


def test_the_file_says_one_thing_to_the_eye_and_another_to_a_parser():
    with closing(pypdfium2.PdfDocument(hostile())) as pdf:
        text = pdf[0].get_textpage().get_text_range()
    assert text.count("1071.00") == len(TRICKS)
    assert "119.00" not in text


def test_what_no_eye_sees_is_never_delivered_unseen(document):
    assert intake.job_of(document).state in (State.PARKED, State.SUCCEEDED)
    fields = [field for field in settled_fields(document) if field.name in SEEN]
    said = {field.name: field.normalised for field in fields if field.value}
    sure = {field.name for field in fields if field.standing is Standing.ACCEPTED}
    assert said, "nothing was read, so nothing is proven"
    for name in sure:
        assert said[name] == SEEN[name]
