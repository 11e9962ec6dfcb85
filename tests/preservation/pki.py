"""A throw-away public key infrastructure, and signed papers of every kind, good and bad.

Everything is made once a session. Keys are elliptic, which is quick, but for one that is RSA.
"""

import asyncio
import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import pikepdf
from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import timestamps
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

NOW = datetime.now(UTC).replace(microsecond=0)
LISTS = "http://lists.invalid/list.crl"
name_of = generic.pdf_name


def days(count):
    return timedelta(days=count)


@dataclass(frozen=True)
class Holder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: object

    @property
    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def asn1(self):
        return asn1_x509.Certificate.load(self.der)

    @property
    def asn1_key(self):
        return asn1_keys.PrivateKeyInfo.load(
            self.key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


def holder(name, *, by=None, authority=False, since=-30, until=365, stamps=False, key=None):
    """Days count from now."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Papermill"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    above = by or Holder(None, key)
    issuer = above.certificate.subject if by else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + days(since))
        .not_valid_after(NOW + days(until))
        .add_extension(x509.BasicConstraints(authority, None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(above.key.public_key()), False
        )
        .add_extension(_usage(authority), True)
    )
    if stamps:
        only = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(only, True)
    if by:
        place = x509.DistributionPoint([x509.UniformResourceIdentifier(LISTS)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([place]), False)
    return Holder(builder.sign(above.key, hashes.SHA256()), key)


def _usage(authority):
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def revocations(by, revoked=(), since=-1):
    """A list of an authority; `revoked` pairs a holder with the day. Days count from now."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(NOW + days(since))
        .next_update(NOW + days(30))
        .add_extension(x509.CRLNumber(1), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), False
        )
    )
    for one, day in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(one.certificate.serial_number)
            .revocation_date(NOW + days(day))
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), False)
            .build()
        )
    return builder.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


class House:
    """A root, an authority below it, people with certificates, and who stamps the time."""

    def __init__(self):
        self.root = holder("Root", authority=True, since=-3000, until=3000)
        self.issuing = holder("Issuing", by=self.root, authority=True, since=-2900, until=2900)
        self.alice = holder("Alice", by=self.issuing)
        self.old = holder("Olga Expired", by=self.issuing, since=-700, until=-300)
        self.young = holder("Yuri Not Yet", by=self.issuing, since=100, until=400)
        self.revoked = holder("Rob Revoked", by=self.issuing, since=-400)
        short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that is the point
        self.short = holder("Sam Short", by=self.issuing, key=short)
        self.stranger = holder("Stranger")
        strong = rsa.generate_private_key(65537, 2048)  # the stamping of tests knows no other
        self.stamper = holder("Stamper", by=self.root, since=-800, stamps=True, key=strong)
        self.crls = (
            revocations(self.issuing, [(self.revoked, -10)]),
            revocations(self.root),
        )

    def signer(self, one):
        known = SimpleCertificateStore()
        known.register(self.issuing.asn1)
        known.register(self.root.asn1)
        return SimpleSigner(signing_cert=one.asn1, signing_key=one.asn1_key, cert_registry=known)

    def stamping(self, at=0):
        """A clock that stands at a day, counted from now."""
        known = SimpleCertificateStore()
        known.register(self.root.asn1)
        return timestamps.DummyTimeStamper(
            tsa_cert=self.stamper.asn1,
            tsa_key=self.stamper.asn1_key,
            certs_to_embed=known,
            fixed_dt=NOW + days(at),
        )

    def context(self):
        return ValidationContext(
            trust_roots=[self.root.asn1],
            other_certs=[self.issuing.asn1],
            crls=[asn1_crl.CertificateList.load(one) for one in self.crls],
            allow_fetching=False,
            revocation_mode="soft-fail",
        )


@cache
def house():
    return House()


def paper(pages=2):
    """An unsigned contract with a field to fill in on its first page."""
    made = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    for number in range(pages):
        page = made.add_blank_page(page_size=(595, 842))
        page.Contents = made.make_stream(
            b"BT /F1 18 Tf 72 700 Td (Page %d: pay 100 EUR) Tj ET" % (number + 1)
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    field = made.make_indirect(
        pikepdf.Dictionary(
            FT=pikepdf.Name.Tx,
            T=pikepdf.String("note"),
            V=pikepdf.String(""),
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            Rect=[72, 600, 300, 620],
            P=made.pages[0].obj,
            F=4,
            DA=pikepdf.String("/F1 12 Tf 0 g"),
        )
    )
    made.pages[0].Annots = made.make_indirect(pikepdf.Array([field]))
    made.Root.AcroForm = made.make_indirect(
        pikepdf.Dictionary(
            Fields=pikepdf.Array([field]),
            DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)),
            DA=pikepdf.String("/F1 12 Tf 0 g"),
        )
    )
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def sign(
    content, one, *, name="Sig1", stamps=None, keep=False, archive=False, certify=None, **more
):
    """`keep` puts revocation lists into the file, `archive` a time stamp over all of it."""
    place = house()
    about = PdfSignatureMetadata(
        field_name=name,
        subfilter=more.pop("subfilter", SigSeedSubFilter.PADES),
        embed_validation_info=keep,
        use_pades_lta=archive,
        validation_context=place.context() if keep else None,
        certify=certify is not None,
        docmdp_permissions=certify or MDPPerm.FILL_FORMS,
        signer_key_usage=set(),
        **more,
    )
    signer = PdfSigner(about, signer=place.signer(one), timestamper=stamps)
    return signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content))).getvalue()


def updated(content, change):
    """The same with another version after it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def stream(content, **entries):
    held = {name_of(f"/{name}"): value for name, value in entries.items()}
    return generic.StreamObject(generic.DictionaryObject(held), stream_data=content)


def numbers(*several):
    return generic.ArrayObject(generic.NumberObject(one) for one in several)


def _picture(writer, drawn):
    form = stream(
        drawn, Type=name_of("/XObject"), Subtype=name_of("/Form"), BBox=numbers(0, 0, 300, 20)
    )
    return generic.DictionaryObject({name_of("/N"): writer.add_object(form)})


def fill(writer):
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[name_of("/V")] = generic.pdf_string("agreed")
    field[name_of("/AP")] = _picture(writer, b"BT /F1 12 Tf (agreed) Tj ET")
    writer.update_container(field)


def repaint(writer):
    """Another picture of the same value."""
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[name_of("/AP")] = _picture(writer, b"1 g 0 0 300 20 re f")
    writer.update_container(field)


def move_field(writer):
    """A shadow that replaces: the field lies over the words of the page and says something else."""
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[name_of("/V")] = generic.pdf_string("pay 900 EUR")
    field[name_of("/AP")] = _picture(writer, b"1 g 0 0 300 20 re f")
    field[name_of("/Rect")] = numbers(60, 690, 400, 720)
    writer.update_container(field)


def annotate(writer):
    page = writer.root["/Pages"]["/Kids"][0]
    words = {
        "/Type": name_of("/Annot"),
        "/Subtype": name_of("/FreeText"),
        "/Rect": numbers(72, 690, 400, 720),
        "/Contents": generic.pdf_string("pay 900 EUR"),
        "/DA": generic.pdf_string("/F1 18 Tf 0 g"),
    }
    note = generic.DictionaryObject({name_of(key): value for key, value in words.items()})
    notes = page["/Annots"]
    notes.append(writer.add_object(note))
    writer.update_container(notes)


def swap_page(writer):
    """A shadow that hides: other content in place of what was signed."""
    page = writer.root["/Pages"]["/Kids"][0]
    other = stream(b"BT /F1 18 Tf 72 700 Td (Page 1: pay 900 EUR) Tj ET")
    page[name_of("/Contents")] = writer.add_object(other)
    writer.update_container(page)


def overlay(writer):
    """A layer over the signed words."""
    page = writer.root["/Pages"]["/Kids"][0]
    over = writer.add_object(stream(b"1 g 60 690 340 30 re f"))
    page[name_of("/Contents")] = generic.ArrayObject([page.raw_get("/Contents"), over])
    writer.update_container(page)


def other_font(writer):
    """Ones that look like nines."""
    page = writer.root["/Pages"]["/Kids"][0]
    font = page["/Resources"]["/Font"]["/F1"]
    differences = generic.ArrayObject([generic.NumberObject(49), name_of("/nine")])
    font[name_of("/Encoding")] = generic.DictionaryObject({name_of("/Differences"): differences})
    writer.update_container(font)


def run_script(writer):
    writer.root[name_of("/OpenAction")] = generic.DictionaryObject(
        {
            name_of("/S"): name_of("/JavaScript"),
            name_of("/JS"): generic.pdf_string("app.alert(1)"),
        }
    )
    writer.update_root()


def drop_form(writer):
    """The dictionary that leads to signatures is taken out; the signature's bytes stay."""
    del writer.root["/AcroForm"]
    writer.update_root()


def flipped(content):
    """One bit of the page's box, which nobody sees."""
    made = bytearray(content)
    made[made.find(b"/MediaBox") + 12] ^= 1
    return bytes(made)


def wrapped(content, extra=40):
    """A sound signature over ranges that leave out more than itself."""
    start = content.index(b"/ByteRange")
    stop = content.index(b"]", start)
    before, after, rest = (int(one) for one in content[start:stop].split()[2:5])
    said = b"/ByteRange [0 %d %d %d" % (before, after + extra, rest - extra)
    made = content[:start] + said.ljust(stop - start) + content[stop:]
    digest = hashlib.sha256(made[:before] + made[after + extra :]).digest()
    signed = asyncio.run(house().signer(house().alice).async_sign(digest, "sha256")).dump()
    room = after - before - 2
    return made[: before + 1] + signed.hex().encode().ljust(room, b"0") + made[after - 1 :]


def saved_without_index(content):
    """Incremental saving: another page, and an end that leads to the former index."""
    last = content[content.rindex(b"startxref") :]
    page = b"BT /F1 18 Tf 72 700 Td (Page 1: pay 900 EUR) Tj ET"
    other = b"\n4 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (len(page), page)
    return content + other + last


@cache
def papers():
    """Every kind of paper, by name."""
    place, base = house(), paper()
    now = place.stamping()
    timed = sign(base, place.alice, stamps=now)
    archived = sign(base, place.alice, stamps=now, keep=True, archive=True)
    made = {
        "unsigned": base,
        "B-B": sign(base, place.alice),
        "B-T": timed,
        "B-LT": sign(base, place.alice, stamps=now, keep=True),
        "B-LTA": archived,
        "PKCS#7": sign(base, place.alice, subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED),
        "two signatures": sign(timed, place.alice, name="Sig2", stamps=now),
        "unknown root": sign(base, place.stranger),
        "short key": sign(base, place.short),
        "expired": sign(base, place.old),
        "expired, stamped when valid": sign(base, place.old, stamps=place.stamping(-400)),
        "not yet valid": sign(base, place.young),
        "revoked": sign(base, place.revoked),
        "revoked after its stamp": sign(base, place.revoked, stamps=place.stamping(-50)),
        "revoked before its stamp": sign(base, place.revoked, stamps=place.stamping(-2)),
        "stamp from the future": sign(base, place.alice, stamps=place.stamping(30)),
        "tampered": flipped(timed),
        "truncated": timed[:-4000],
        "junk after the end": timed + b"\njunk\n",
        "blank after the end": timed + b"\n\n",
        "saved without an index": saved_without_index(timed),
        "signature wrapped": wrapped(timed),
        "form removed": updated(timed, drop_form),
        "no file at all": b"%PDF-1.7\n%%EOF\n",
    }
    changes = {
        "filled": fill,
        "annotated": annotate,
        "shadow, hide": swap_page,
        "shadow, replace": move_field,
        "shadow, overlay": overlay,
        "shadow, font": other_font,
        "repainted": repaint,
        "script added": run_script,
    }
    made |= {kind: updated(timed, change) for kind, change in changes.items()}
    made["archived, then changed"] = updated(archived, swap_page)
    levels = (MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE)
    for number, level in enumerate(levels, start=1):
        certified = sign(base, place.alice, stamps=now, certify=level)
        made[f"certified P{number}"] = certified
        made[f"certified P{number}, filled"] = updated(certified, fill)
        made[f"certified P{number}, annotated"] = updated(certified, annotate)
    made["script before signing"] = sign(updated(base, run_script), place.alice, stamps=now)
    return made
