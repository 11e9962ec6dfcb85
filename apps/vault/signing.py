"""Signatures by which an organisation's certificates are told from forgeries.

The key of each organisation is kept as its other keys are: wrapped by the root key, under a
family of its own. Who holds the public half needs nothing of the portal to check a signature.

Source: Ed25519, RFC 8032.
"""

from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from apps.vault.classes import Family
from apps.vault.families import family_key


@dataclass(frozen=True, slots=True)
class Signature:
    signature: bytes  # 64 bytes
    key: str  # id of the key that signed


def sign(message: bytes, *, organisation: UUID) -> Signature:
    """Sign in the name of an organisation; makes its key the first time."""
    row, seed = family_key(organisation, Family.SIGNING)
    return Signature(Ed25519PrivateKey.from_private_bytes(seed).sign(message), str(row.pk))


def public_key(organisation: UUID) -> tuple[str, str]:
    """Id and public half, as 64 hexadecimal digits, of the key that signs at present."""
    row, seed = family_key(organisation, Family.SIGNING)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return str(row.pk), public.public_bytes_raw().hex()
