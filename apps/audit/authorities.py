"""Time stamps of authorities outside, RFC 3161: what is asked, and what an answer must hold.

Whether the authority's signature is right is for whoever checks an export to find out, with the
certificates they trust. Here an answer is taken if it is one to our question.
"""

import hashlib
import secrets
import urllib.request
from datetime import datetime

from asn1crypto import algos, tsp

PATIENCE = 15  # seconds
LONGEST = 1 << 16  # bytes of an answer; real ones have five thousand
GRANTED = ("granted", "granted_with_mods")
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class Refused(Exception):
    """An answer that is none; its text is a code."""


def ask(address: str, query: bytes) -> bytes:
    """Send a query over the network.

    Raises:
        OSError: there was no answer.
    """
    asked = urllib.request.Request(  # noqa: S310 - the operator's own setting
        address, query, {"Content-Type": QUERY, "Accept": REPLY}
    )
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310
        return bytes(answer.read(LONGEST))


def query(content: bytes) -> tuple[bytes, int]:
    """A query for a time stamp of some content, and the number that its answer repeats."""
    return query_of(hashlib.sha256(content).digest())


def query_of(digest: bytes) -> tuple[bytes, int]:
    """The same for content that is known by its SHA-256 alone."""
    nonce = secrets.randbits(63)
    asked = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": tsp.MessageImprint(
                {
                    "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                    "hashed_message": digest,
                }
            ),
            "nonce": nonce,
            "cert_req": True,
        }
    )
    return bytes(asked.dump()), nonce


def stamped_at(answer: bytes, *, content: bytes, nonce: int) -> datetime:
    """The time that an answer gives to the content it was asked about.

    Raises:
        Refused: it gives none, or to something else.
    """
    return time_of(answer, digest=hashlib.sha256(content).digest(), nonce=nonce)


def time_of(answer: bytes, *, digest: bytes, nonce: int) -> datetime:
    """The same for content that is known by its SHA-256 alone.

    Raises:
        Refused: it gives none, or to something else.
    """
    try:
        said = tsp.TimeStampResp.load(answer, strict=True)
        if said["status"]["status"].native not in GRANTED:
            raise Refused("no stamp")
        told = said["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
        imprint = told["message_imprint"]
        same = (
            imprint["hash_algorithm"]["algorithm"].native == "sha256"
            and imprint["hashed_message"].native == digest
            and told["nonce"].native == nonce
        )
        at: datetime = told["gen_time"].native
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused("no stamp") from error
    if not same:
        raise Refused("of something else")
    return at
