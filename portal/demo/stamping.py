"""A time stamp authority for demonstrations and tests: it is nobody's and says the local time."""

import os
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from asn1crypto import keys, pem, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from pyhanko.sign.timestamps import DummyTimeStamper

NAME = "Specimen time stamp authority of the Arrowslit demo"
VALID = timedelta(days=3650)


def answer(address: str, query: bytes) -> bytes:
    """Answer a query as an authority would; its address is `local:`."""
    said = _stamper(folder()).request_tsa_response(tsp.TimeStampReq.load(query))
    return bytes(said.dump())


def folder() -> Path:
    """Where its key and certificate are kept."""
    return Path(settings.PLACES.authority)


def certificate() -> Path:
    """What whoever checks its stamps gives as `--tsa`."""
    _stamper(folder())
    return folder() / "certificate.pem"


@cache
def _stamper(where: Path) -> DummyTimeStamper:
    if not (where / "certificate.pem").exists():
        _make(where)
    private = (where / "key.pem").read_bytes()
    public = (where / "certificate.pem").read_bytes()
    return DummyTimeStamper(
        asn1.Certificate.load(pem.unarmor(public)[2]),
        keys.PrivateKeyInfo.load(pem.unarmor(private)[2]),
    )


def _make(where: Path) -> None:
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(where / "key.pem", private)
    _write(where / "certificate.pem", _certified(key).public_bytes(serialization.Encoding.PEM))


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _certified(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
