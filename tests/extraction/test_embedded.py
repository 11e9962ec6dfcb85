"""Structured invoices attached to a file are parsed behind the wall, and nothing else is."""

import io
import zlib

import pikepdf
import pytest

from apps.extraction import drawing
from apps.extraction.witnesses import Witnesses
from apps.extraction.witnesses.said import LONGEST_VALUE
from tests.extraction.einvoices import TRUTH, cii, ubl, zugferd_1
from tests.extraction.layered import pdf, said, text

PAGE = text("INVOICE")
ENTITIES = """<!DOCTYPE bomb [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>"""


def attached(**files: bytes) -> Witnesses:
    """What a one-page file says that carries such files, as `name` for `name.xml`."""
    return said(pdf(PAGE, attached={f"{name}.xml": file for name, file in files.items()}))


@pytest.mark.parametrize("syntax", [cii, zugferd_1, ubl])
def test_an_attached_invoice_is_told_by_our_names(syntax):
    [invoice] = attached(invoice=syntax()).invoices
    assert {name: values for name, values in invoice.items() if values} == TRUTH


def test_the_invoice_is_told_once_however_many_pages_there_are():
    first = io.BytesIO(pdf(PAGE, attached={"factur-x.xml": cii()}))
    out = io.BytesIO()
    with pikepdf.open(first) as document:
        document.pages.append(document.pages[0])
        document.save(out)
    assert len(said(out.getvalue()).invoices) == 1


def test_every_attached_invoice_is_a_witness_of_its_own():
    other = cii().replace(b"119.00", b"911.00")
    invoices = attached(one=cii(), other=other).invoices
    assert sorted(invoice["grand_total"][0] for invoice in invoices) == ["119.00", "911.00"]


@pytest.mark.parametrize(
    "content",
    [
        b"<note>Thank you</note>",
        b"<Invoice/>",
        b"<a:Order xmlns:a='urn:a'><a:ID>7</a:ID></a:Order>",
    ],
)
def test_other_xml_says_nothing(content):
    heard = attached(other=content)
    assert not any(values for invoice in heard.invoices for values in invoice.values())
    assert not heard.refused


def test_a_file_by_another_name_is_not_opened():
    heard = said(pdf(PAGE, attached={"invoice.txt": cii(), "factur-x.xml.exe": b"MZ"}))
    assert (heard.invoices, heard.refused) == ([], False)


OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
PARAMETERS = '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1/e.dtd"> %e;]>'
REFUSED = {
    "nested entities": cii(ENTITIES).replace(b"Plover AG", b"&d;"),
    "an unused entity": cii(ENTITIES),
    "a file outside": cii(OUTSIDE).replace(b"Plover AG", b"&e;"),
    "a definition outside": cii(PARAMETERS),
    "an empty definition": cii("<!DOCTYPE x>"),
    "not well-formed": cii()[:-30],
    "no XML": b"%PDF-1.7",
    "nothing": b"",
    "too deep": b"<a>" * 5_000 + b"</a>" * 5_000,
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_xml_that_is_not_honest_is_refused_and_the_page_is_drawn(content):
    heard = attached(bad=content, good=ubl())
    assert heard.refused
    assert [invoice["buyer_name"] for invoice in heard.invoices] == [["Plover AG"]]


def stored(content: bytes, *filters: str) -> bytes:
    """A file that carries these bytes as they are and says that they are packed so."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(PAGE, attached={"factur-x.xml": b"<a/>"}))) as document:
        stream = document.attachments["factur-x.xml"].get_file().obj
        named = pikepdf.Array([pikepdf.Name(f"/{one}") for one in filters])
        stream.write(content, filter=named if filters else None)
        document.save(
            out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none
        )
    return out.getvalue()


def test_an_invoice_is_read_packed_or_not():
    for content in (stored(cii()), stored(zlib.compress(cii()), "FlateDecode")):
        assert len(said(content).invoices) == 1


BLANKS = cii() + b" " * (100 << 20)  # well-formed to its end, wherever it is cut
BOMBS = {
    "unpacked": (BLANKS[: 9 << 20], ()),
    "a bomb": (zlib.compress(BLANKS, 9), ("FlateDecode",)),
    "packed twice": (zlib.compress(zlib.compress(cii(), 0), 9), ("FlateDecode", "FlateDecode")),
    "packed oddly": (cii().hex().encode(), ("ASCIIHexDecode",)),
    "packed otherwise than it says": (zlib.compress(cii()), ("ASCIIHexDecode",)),
    "not packed as it says": (cii(), ("FlateDecode",)),
}


@pytest.mark.parametrize(("content", "filters"), BOMBS.values(), ids=BOMBS)
def test_what_is_too_large_or_packed_oddly_is_refused_and_the_page_is_drawn(content, filters):
    heard = said(stored(content, *filters))
    assert (heard.invoices, heard.refused) == ([], True)
    assert len(heard.layers) == 1


def test_a_value_is_told_up_to_a_length():
    [invoice] = attached(long=cii().replace(b"Plover AG", b"Plover " * 1_000)).invoices
    assert len(invoice["buyer_name"][0]) == LONGEST_VALUE


def test_few_of_many_invoices_are_told_and_that_there_were_more():
    heard = attached(**{f"invoice{number}": cii() for number in range(9)})
    assert len(heard.invoices) == 4
    assert heard.refused


def test_a_file_whose_attachments_break_their_parser_is_drawn_all_the_same():
    content = pdf(PAGE, attached={"factur-x.xml": cii()}).replace(b"/EF", b"/XX")
    heard: list[Witnesses] = []
    pages = list(drawing.draw(io.BytesIO(content), "application/pdf", hear=heard.append))
    assert len(pages) == 1
    assert heard[0].refused
