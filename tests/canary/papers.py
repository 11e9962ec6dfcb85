"""Files with a bird in every place where they have content."""

import io

import pikepdf
from PIL import Image, ImageDraw

from tests.canary.birds import Birds

DESCRIPTION, ARTIST = 0x010E, 0x013B  # of Exif
XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 xmlns:dc="http://purl.org/dc/elements/1.1/" dc:subject="%s"/></rdf:RDF></x:xmpmeta>"""
LETTERS = {"Type": pikepdf.Name.Font, "Subtype": pikepdf.Name.Type1}


def invoice(birds: Birds) -> bytes:
    """Text, a filled-in form, a picture with drawn letters, a title, an attachment."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(595, 842))
        font = document.make_indirect(
            pikepdf.Dictionary(**LETTERS, BaseFont=pikepdf.Name.Helvetica)
        )
        picture = _picture(document, birds["drawn"])
        page.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F1=font), XObject=pikepdf.Dictionary(I1=picture)
        )
        text = f"BT /F1 14 Tf 60 760 Td ({birds['layer']}) Tj ET"
        page.Contents = document.make_stream(f"{text} q 300 0 0 60 60 600 cm /I1 Do Q".encode())
        _form(document, page, birds["form"], font)
        document.docinfo["/Title"] = birds["title"]
        document.docinfo["/Author"] = birds["author"]
        document.Root.Metadata = document.make_stream(XMP % birds["xmp"].encode())
        document.attachments["notes.txt"] = birds["attached"].encode()
        document.save(out, compress_streams=False)
    written = {"title", "author", "xmp", "attached", "layer", "form"}
    assert birds.found_in(out.getvalue()) == written
    return out.getvalue()


def photo(birds: Birds) -> bytes:
    """A picture whose camera, and whoever sent it, wrote something beside it."""
    out = io.BytesIO()
    picture = Image.new("RGB", (600, 800), "white")
    ImageDraw.Draw(picture).text((40, 40), birds["drawn"], fill="black")
    exif = picture.getexif()
    exif[DESCRIPTION], exif[ARTIST] = birds["title"], birds["author"]
    picture.save(out, "JPEG", exif=exif, comment=birds["aside"].encode())
    assert birds.found_in(out.getvalue()) == {"title", "author", "aside"}
    return out.getvalue()


def _picture(document: pikepdf.Pdf, words: str) -> pikepdf.Object:
    picture = Image.new("L", (300, 60), "white")
    ImageDraw.Draw(picture).text((10, 20), words, fill="black")
    return document.make_stream(
        picture.tobytes(),
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=300, Height=60,
        ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
    )  # fmt: skip


def _form(document: pikepdf.Pdf, page: pikepdf.Page, value: str, font: pikepdf.Object) -> None:
    box = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx,
            T="account", V=value, Rect=[60, 400, 300, 430], DA="/F1 12 Tf 0 g",
        )
    )  # fmt: skip
    page.Annots = pikepdf.Array([box])
    document.Root.AcroForm = pikepdf.Dictionary(
        Fields=[box],
        NeedAppearances=True,
        DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)),
    )
