"""Behind the wall: what in a PDF says that somebody signed it.

Signatures outlive the form that lists them: a damaged or removed dictionary hides them from a
viewer and changes nothing of what was signed. So the fields are asked first, then every object
of the file, then its bare bytes. A doubtful trace counts as one.
"""

import io
import re

import pikepdf

from apps.intake.screening import Found

MOST = 200_000  # objects, or fields, looked at
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")  # /Byte#52ange is /ByteRange
BARE = re.compile(
    rb"/ByteRange\b|/Type\s*/(?:Sig|DocTimeStamp)\b|/SubFilter\s*/(?:adbe\.|ETSI\.)"
    rb"|/(?:adbe\.(?:pkcs7|x509)|ETSI\.(?:CAdES|RFC3161))"
)
SIGNATURES_EXIST = 1  # a bit of /SigFlags


def found(content: bytes) -> Found | None:
    """The strongest trace of a signature; none if nobody signed the file."""
    return _in_objects(content) or _in_bytes(content)


def _in_objects(content: bytes) -> Found | None:
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            form = document.Root.get("/AcroForm")
            if _field_is_signed(form):
                return Found.FIELD
            if _says_so(form) or any(map(_is_signature, _dictionaries(document))):
                return Found.DAMAGED
    except Exception:  # a file that one parser cannot follow is asked for its bytes
        return None
    return None


def _field_is_signed(form: object) -> bool:
    """Whether a signature field of the form, at any depth, holds a signature."""
    if not isinstance(form, pikepdf.Dictionary):
        return False
    waiting, looked = [(one, "") for one in _listed(form, "/Fields")], 0
    while waiting and looked < MOST:
        looked += 1
        field, kind = waiting.pop()
        if not isinstance(field, pikepdf.Dictionary):
            continue
        kind = str(field.get("/FT", kind))
        if kind == "/Sig" and isinstance(field.get("/V"), pikepdf.Dictionary):
            return True
        waiting += [(kid, kind) for kid in _listed(field, "/Kids")]
    return False


def _listed(held: pikepdf.Dictionary, key: str) -> list[object]:
    value = held.get(key)
    return list(value) if isinstance(value, pikepdf.Array) else []


def _says_so(form: object) -> bool:
    flags = form.get("/SigFlags", 0) if isinstance(form, pikepdf.Dictionary) else 0
    return isinstance(flags, int) and bool(flags & SIGNATURES_EXIST)


def _dictionaries(document: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    held = list(document.objects)[:MOST]
    return [one for one in held if isinstance(one, pikepdf.Dictionary)]


def _is_signature(held: pikepdf.Dictionary) -> bool:
    """A signature dictionary that nothing may lead to any more."""
    if "/ByteRange" in held or str(held.get("/Type", "")) in ("/Sig", "/DocTimeStamp"):
        return True
    return "/Contents" in held and str(held.get("/SubFilter", "")).startswith(("/adbe.", "/ETSI."))


def _in_bytes(content: bytes) -> Found | None:
    plain = ESCAPED.sub(lambda escaped: bytes([int(escaped[1], 16)]), content)
    return Found.REMNANT if BARE.search(plain) else None
