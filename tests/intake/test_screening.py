"""The first bytes decide what a file is; its name and what follows do not."""

import pytest

from apps.intake.screening import (
    ENOUGH,
    HEIC_BRANDS,
    SENTENCES,
    SIGNATURES,
    Refusal,
    Refused,
    media_type,
)
from tests.intake import files
from tests.papers import image

TAKEN = {
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "application/pdf"),
    "PNG": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"),
    "JPEG of a scanner": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
    "JPEG of a camera": (b"\xff\xd8\xff\xe1\x00\x10Exif", "image/jpeg"),
    "TIFF, little-endian": (b"II*\x00\x08\x00\x00\x00", "image/tiff"),
    "TIFF, big-endian": (b"MM\x00*\x00\x00\x00\x08", "image/tiff"),
    "BigTIFF, little-endian": (b"II+\x00\x08\x00\x00\x00", "image/tiff"),
    "BigTIFF, big-endian": (b"MM\x00+\x00\x08\x00\x00", "image/tiff"),
    "HEIC": (b"\x00\x00\x00\x1cftypheic\x00\x00\x00\x00", "image/heic"),
    "HEIC of a burst": (b"\x00\x00\x00\x1cftypmsf1\x00\x00\x00\x00", "image/heic"),
    "PDF that is an archive too": (files.polyglot(), "application/pdf"),
}
REFUSED = {
    "a line before the header": b"\n%PDF-1.7 and a page",
    "a byte-order mark before the header": b"\xef\xbb\xbf%PDF-1.7 and a page",
    "a header in capitals only": b"%pdf-1.7 and a page",
    "a header without its dash": b"%PDF1.7 and a page!",
    "HTML": b"<!doctype html><script>",
    "SVG": b'<svg xmlns="http://www.w3.org">',
    "SVG behind an XML head": b'<?xml version="1.0"?><svg>',
    "a ZIP": b"PK\x03\x04\x14\x00\x06\x00\x08\x00",
    "a program for Windows": b"MZ\x90\x00\x03\x00\x00\x00",
    "a program for Linux": b"\x7fELF\x02\x01\x01\x00",
    "a shell script": b"#!/bin/sh\nrm -rf /\n",
    "a GIF": b"GIF89a\x01\x00\x01\x00",
    "a WebP": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "a film": b"\x00\x00\x00\x1cftypmp42\x00\x00\x00\x00",
    "an AVIF": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00",
    "a JPEG of two bytes": b"\xff\xd8",
    "a PNG whose line ends were changed": b"\x89PNG\n\x1a\n\x00\x00\x00\rIHDR",
    "a PostScript": b"%!PS-Adobe-3.0 EPSF",
    "plain text": b"Dear Sir or Madam,",
    "zeros": bytes(ENOUGH),
}


@pytest.mark.parametrize("what", TAKEN)
def test_a_file_is_what_its_first_bytes_say(what):
    content, kind = TAKEN[what]
    assert media_type(content[:ENOUGH]) == kind


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
def test_what_a_common_program_writes_is_taken(form):
    assert media_type(image(form)[:ENOUGH]) == f"image/{form.lower()}"


@pytest.mark.parametrize("what", REFUSED)
def test_everything_else_is_refused(what):
    with pytest.raises(Refused) as refused:
        media_type(REFUSED[what])
    assert refused.value.refusal is Refusal.TYPE


def test_nothing_is_refused_as_nothing():
    with pytest.raises(Refused) as refused:
        media_type(b"")
    assert refused.value.refusal is Refusal.EMPTY


def test_the_bytes_that_are_waited_for_are_enough_for_every_type():
    assert all(len(signature) <= ENOUGH for signature, _ in SIGNATURES)
    assert all(8 + len(brand) <= ENOUGH for brand in HEIC_BRANDS)


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_is_a_sentence_that_says_what_was_kept(refusal):
    said = str(Refused(refusal))
    assert said == SENTENCES[refusal]
    assert "e kept nothing." in said or refusal is Refusal.DUPLICATE
    assert Refused(refusal).status == 422
