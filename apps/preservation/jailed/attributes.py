"""Behind the wall: signed attributes in the order that was signed.

RFC 5652, 5.4: what is digested is their DER encoding, whatever order the file has them in. A
library that digests them as they stand takes for sound what others refuse, and the reverse.
"""

from __future__ import annotations

from asn1crypto import cms, core


def put_in_order(info: cms.SignerInfo) -> None:
    """Sort the attributes of a signer as DER demands, in place."""
    attributes = info["signed_attrs"]
    if attributes is core.VOID:
        return
    encoded = [bytes(one.dump()) for one in attributes]
    if encoded == sorted(encoded):
        return
    content = b"".join(sorted(encoded))
    attributes.contents = content
    attributes._parse_children(recurse=False)
