"""Every kind of signed paper gets the verdict that this table says.

The program that runs behind the wall is called directly here, because it is quick; a few papers
go through the wall itself in `test_jailed.py`.
"""

import warnings
from datetime import UTC, datetime

import pytest

from apps.preservation.jailed.brief import Brief
from apps.preservation.jailed.validate import validate
from apps.preservation.validation import facts, verdicts
from apps.preservation.validation.findings import Finding
from apps.preservation.validation.indications import Indication
from tests.preservation import pki

PASSED, UNDECIDED, FAILED = Indication
NONE = ()
# Name of the paper: indication, sub-indication, whether it is untouched, findings.
TABLE = {
    "B-B": (PASSED, "", True, NONE),
    "B-T": (PASSED, "", True, NONE),
    "B-LT": (PASSED, "", True, NONE),
    "B-LTA": (PASSED, "", True, NONE),
    "PKCS#7": (PASSED, "", True, NONE),
    "two signatures": (PASSED, "", True, NONE),
    "filled": (PASSED, "", True, NONE),
    "blank after the end": (PASSED, "", True, NONE),
    "certified P1": (PASSED, "", True, NONE),
    "certified P2": (PASSED, "", True, NONE),
    "certified P3": (PASSED, "", True, NONE),
    "certified P2, filled": (PASSED, "", True, NONE),
    "certified P3, filled": (PASSED, "", True, NONE),
    "script before signing": (PASSED, "", True, (Finding.SCRIPTS,)),
    "unknown root": (UNDECIDED, "CHAIN_CONSTRAINTS_FAILURE", True, NONE),
    "short key": (
        UNDECIDED, "CRYPTO_CONSTRAINTS_FAILURE", True, (Finding.AGED_ALGORITHM,)
    ),
    "expired": (UNDECIDED, "OUT_OF_BOUNDS_NO_POE", True, NONE),
    "expired, stamped when valid": (PASSED, "", True, NONE),
    "not yet valid": (
        UNDECIDED, "CERTIFICATE_CHAIN_GENERAL_FAILURE", True, (Finding.NOT_YET,)
    ),
    "revoked": (UNDECIDED, "REVOKED_NO_POE", True, NONE),
    "revoked after its stamp": (PASSED, "", True, NONE),
    "revoked before its stamp": (UNDECIDED, "REVOKED_NO_POE", True, NONE),
    "stamp from the future": (UNDECIDED, "TIMESTAMP_ORDER_FAILURE", True, (Finding.FUTURE,)),
    "tampered": (FAILED, "HASH_FAILURE", False, (Finding.BROKEN_DIGEST,)),
    "junk after the end": (
        UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.AFTER_THE_END,)
    ),
    "saved without an index": (
        UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.AFTER_THE_END,)
    ),
    "signature wrapped": (
        FAILED,
        "FORMAT_FAILURE",
        False,
        (Finding.WRAPPED, Finding.PARTIAL, Finding.CHANGED),
    ),
    "annotated": (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.CHANGED,)),
    "shadow, hide": (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.CHANGED,)),
    "shadow, replace": (
        UNDECIDED,
        "SIG_CONSTRAINTS_FAILURE",
        False,
        (Finding.CHANGED, Finding.FIELD_OVER_WORDS),
    ),
    "shadow, overlay": (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.CHANGED,)),
    "shadow, font": (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.CHANGED,)),
    "repainted": (
        UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.PICTURE_WITHOUT_VALUE,)
    ),
    "script added": (
        UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.CHANGED, Finding.SCRIPTS)
    ),
    "archived, then changed": (
        UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.CHANGED,)
    ),
    "certified P1, filled": (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.CHANGED,)),
    "certified P1, annotated": (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.CHANGED,)),
    "certified P2, annotated": (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.CHANGED,)),
    # Permitted, but no analysis of differences understands it: a safe false alarm.
    "certified P3, annotated": (UNDECIDED, "SIG_CONSTRAINTS_FAILURE", False, (Finding.CHANGED,)),
    "form removed": (UNDECIDED, "GENERIC", False, (Finding.WITHOUT_A_FORM,)),
    "truncated": (UNDECIDED, "GENERIC", False, (Finding.UNREADABLE_FILE,)),
    "no file at all": (UNDECIDED, "GENERIC", False, (Finding.UNREADABLE_FILE,)),
    "unsigned": None,
}  # fmt: skip


def looked_at(content, *, at=None, roots=None, crls=None):
    """Facts about some bytes, under the trust of the papers' own house."""
    place = pki.house()
    told = Brief(
        roots=(place.root.der,) if roots is None else roots,
        authorities=(),
        certificates=(),
        crls=place.crls if crls is None else crls,
        ocsps=(),
        strict=True,
        at=at,
        generous=False,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return facts.parse({**validate(content, told), "attempts": 0})


def verdict_of(content, **more):
    now = more.get("at") or datetime.now(UTC)
    return verdicts.of_file(looked_at(content, **more), at=now)


def test_the_table_knows_every_paper():
    assert set(TABLE) == set(pki.papers())


@pytest.mark.parametrize("name", TABLE)
def test_a_paper_gets_its_verdict(name):
    verdict = verdict_of(pki.papers()[name])
    expected = TABLE[name]
    if expected is None:
        assert verdict is None
    else:
        got = (verdict.indication, verdict.subindication, verdict.untouched, verdict.findings)
        assert got == expected
