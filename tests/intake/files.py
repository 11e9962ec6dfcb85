"""Hostile and unusual files, made here; none is larger than a few megabytes."""

import io
import struct
import zipfile
import zlib
from functools import cache

import pikepdf
from PIL import Image
from pillow_heif import register_heif_opener

MEGABYTE = 1 << 20


def pdf(pages: int = 1, *, size: tuple[float, float] = (200, 300), **saving: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(10, 10))
            document.pages[-1].MediaBox = pikepdf.Array([0, 0, *size])
        document.save(out, **saving)
    return out.getvalue()


def pdf_of_widths(*widths: int) -> bytes:
    """Pages that can be told apart by their width."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        for width in widths:
            document.add_blank_page(page_size=(width, 100))
        document.save(out)
    return out.getvalue()


def widths_of(content: bytes) -> list[int]:
    with pikepdf.open(io.BytesIO(content)) as document:
        return [int(page.MediaBox[2]) for page in document.pages]


def locked_pdf() -> bytes:
    return pdf(encryption=pikepdf.Encryption(owner="o", user="a password"))


def pdf_with_a_form(*, signed: bool) -> bytes:
    """A form that says of itself whether it is signed, with no signature to be found."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.add_blank_page()
        form = pikepdf.Dictionary(SigFlags=int(signed), Fields=pikepdf.Array())
        document.Root.AcroForm = form
        document.save(out)
    return out.getvalue()


def pdf_with_extras() -> bytes:
    """Two pages, and what must not follow a page into a copy: a script, a file, a title."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.add_blank_page()
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('KESTREL-SCRIPT')")
        document.Root.OpenAction = script
        document.attachments["KESTREL-ATTACHED.txt"] = b"KESTREL-ATTACHED"
        document.docinfo["/Title"] = "KESTREL-TITLE"
        document.save(out, compress_streams=False)
    return out.getvalue()


def pdf_with_an_empty_password() -> bytes:
    return pdf(encryption=pikepdf.Encryption(owner="o", user=""))


def pdf_that_opens_a_program_deep_inside() -> bytes:
    """The action hangs in an array of an annotation of the second page."""
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    return _pdf_with_annotation(pikepdf.Dictionary(S=pikepdf.Name.GoTo, Next=[launch]))


def pdf_with_a_link() -> bytes:
    """Nothing that starts by itself: half of all PDFs have one."""
    return _pdf_with_annotation(
        pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://halden.example/")
    )


def pdf_with_a_filled_form() -> bytes:
    """On the second page a value that only the form knows, scripts, and a past of its own."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        page = document.add_blank_page(page_size=(200, 200))
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('KESTREL-SCRIPT')")
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        box = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx,
                T="account", V="WWWWWWWW", Rect=[20, 80, 180, 120], DA="/F1 24 Tf 0 g",
                F=4, AA=pikepdf.Dictionary(Fo=script),
            )
        )  # fmt: skip
        page.Annots = pikepdf.Array([box])
        page.obj.AA = pikepdf.Dictionary(O=script)
        page.obj.PieceInfo = pikepdf.Dictionary(Tool="KESTREL-PAST")
        page.obj.Metadata = document.make_stream(b"KESTREL-METADATA")
        document.Root.AcroForm = pikepdf.Dictionary(
            Fields=[box], DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        )
        document.save(out, compress_streams=False)
    return out.getvalue()


def _pdf_with_annotation(action: pikepdf.Dictionary) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.add_blank_page()
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, A=action)
        document.pages[1].Annots = pikepdf.Array([link])
        document.save(out)
    return out.getvalue()


@cache
def bomb_pdf(megabytes: int = 4096) -> bytes:
    """One page whose contents unpack to gigabytes."""
    stream = zeros(megabytes)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 5\n0000000000 65535 f \n" + table
    return out + head + b"trailer<</Root 1 0 R/Size 5>>\nstartxref\n%d\n%%%%EOF" % len(out)


def huge_png(width: int, height: int) -> bytes:
    """An honest header of a picture that nobody can hold, and enough zeros to fill it."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zeros((width // 8 + 1) * height // MEGABYTE + 1)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def zeros(megabytes: int) -> bytes:
    """A zlib stream of so many megabytes of zeros, made without making them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    size = megabytes * MEGABYTE
    checksum = (size % 65521) << 16 | 1  # Adler-32 of zeros
    return b"\x78\xda" + piece * megabytes + b"\x03\x00" + struct.pack(">I", checksum)


def polyglot() -> bytes:
    """A PDF that is an archive as well."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("payload.html", "<script>1</script>")
    return pdf() + archive.getvalue()


def heic() -> bytes:
    register_heif_opener()
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "white").save(out, "HEIF")
    return out.getvalue()


def tiff_of_widths(*widths: int) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("L", (width, 20), 255) for width in widths]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)
