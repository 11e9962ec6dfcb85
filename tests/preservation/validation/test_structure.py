"""Who may certify and when, who may loosen a lock, and in what order attributes were signed."""

from types import SimpleNamespace

import pytest
from asn1crypto import cms

from apps.preservation.jailed import structure
from apps.preservation.jailed.attributes import put_in_order


@pytest.fixture
def ruled(monkeypatch):
    """Findings about signatures that are pairs: whether each certifies, and what it permits."""
    monkeypatch.setattr(structure, "is_certification", lambda one: one.certifies)
    monkeypatch.setattr(structure, "limit_of", lambda one: one.limit)

    def rule(*pairs):
        row = [SimpleNamespace(certifies=certifies, limit=limit) for certifies, limit in pairs]
        return structure.permissions(row)

    return rule


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(True, 2)], {}),
        ([(True, 2), (False, None)], {}),
        ([(True, 2), (False, 2)], {}),
        ([(False, 3), (False, 2), (False, 1)], {}),
        ([(False, None), (True, 2)], {1: ["late certification"]}),
        ([(True, 2), (True, 2)], {1: ["second certification"]}),
        ([(True, 1), (False, 3)], {1: ["permission raised"]}),
        ([(False, 2), (False, None), (False, 3)], {2: ["permission raised"]}),
    ],
)
def test_permissions_only_shrink_and_a_certification_comes_first(ruled, pairs, expected):
    assert ruled(*pairs) == expected


def _signer():
    attributes = [
        cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
        cms.CMSAttribute({"type": "message_digest", "values": [b"x" * 32]}),
    ]
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"subject_key_identifier": b"1"}),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_rsa"},
            "signature": b"1",
        }
    ).dump()
    encoded = sorted(one.dump() for one in attributes)
    return signer, b"".join(encoded), b"".join(reversed(encoded))


def test_attributes_are_digested_in_the_order_of_der():
    signer, ordered, reverse = _signer()
    told = cms.SignerInfo.load(signer.replace(ordered, reverse))
    assert told["signed_attrs"].untag().dump().endswith(reverse)
    put_in_order(told)
    assert told["signed_attrs"].untag().dump().endswith(ordered)
