"""Which files become records: whatever says that somebody signed them."""

import pytest

from apps.base.errors import Unreadable
from apps.intake.jailed.traces import found
from apps.intake.models import Document
from apps.intake.screening import Channel, Found, Refused
from tests.intake import files
from tests.papers import invoice_png
from tests.preservation import originals


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (originals.signed, Found.FIELD),
        (originals.without_form, Found.DAMAGED),
        (originals.without_value, Found.DAMAGED),
        (originals.unreadable_form, Found.DAMAGED),
        (lambda: files.pdf_with_a_form(signed=True), Found.DAMAGED),
        (lambda: b"%PDF-1.7 \n/ByteRange [0 1 2 3]", Found.REMNANT),
        (lambda: b"%PDF-1.7 \n/Byte#52ange [0 1 2 3]", Found.REMNANT),
        (lambda: b"%PDF-1.7 \n<< /Type/Sig /Filter/Adobe.PPKLite >>", Found.REMNANT),
        (lambda: b"%PDF-1.7 \n<< /SubFilter /ETSI.CAdES.detached >>", Found.REMNANT),
        (lambda: originals.signed()[:-400], Found.FIELD),
        (files.pdf, None),
        (originals.with_empty_field, None),
        (lambda: files.pdf_with_a_form(signed=False), None),
        (lambda: b"%PDF-1.7 \n/SignaturePolicy /Signed /ByteRanger", None),
    ],
)
def test_the_strongest_trace_of_a_signature_is_said(make, expected):
    assert found(make()) is expected


def test_a_signed_file_is_known_with_both_hashes_of_what_came(house):
    document = house.send(originals.signed(), name="contract.pdf")
    assert (document.signed, document.found) == (True, Found.FIELD)
    assert len(document.received_sha512) == 128
    assert document.submission.channel == Channel.PAGE


def test_a_file_said_to_be_signed_is_one(house):
    document = house.send(files.pdf(), name="scan.pdf", declared=True)
    assert (document.signed, document.found) == (True, Found.DECLARED)
    assert document.submission.declared


def test_a_purpose_can_say_it_for_all_files(house):
    document = house.send(files.pdf(), name="scan.pdf", purpose="keep-contract")
    assert document.found == Found.DECLARED


def test_a_picture_is_never_a_signed_original(house):
    document = house.send(invoice_png(), declared=True)
    assert (document.signed, document.found) == (False, "")


def test_what_is_declared_is_kept_whole(house):
    with pytest.raises((Refused, Unreadable)):
        house.send(files.pdf(pages=3), name="scan.pdf", declared=True, pages="1")
    assert not Document.objects.exists()
