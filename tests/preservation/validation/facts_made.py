"""Facts as the jailed program tells them, to be changed one by one."""

from datetime import UTC, datetime, timedelta

from apps.preservation.validation import facts

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def certificate(**changes):
    told = {
        "subject": "Organization: Papermill, Common Name: Alice",
        "issuer": "Organization: Papermill, Common Name: Issuing",
        "serial": "1f",
        "sha256": "ab" * 32,
        "not_before": (AT - timedelta(days=30)).isoformat(),
        "not_after": (AT + timedelta(days=365)).isoformat(),
        "key": "rsa",
        "bits": 3072,
        "hash": "sha256",
    }
    return {**told, **changes}


def signature(**changes):
    told = {
        "kind": "signature",
        "field": "Sig1",
        "level": "PAdES B-T",
        "process": "with time",
        "indication": "TOTAL-PASSED",
        "subindication": "",
        "basic": ["TOTAL-PASSED", ""],
        "digest_matches": True,
        "sound": True,
        "coverage": "ENTIRE_FILE",
        "whole": True,
        "covered": 1000,
        "modification": "NONE",
        "permits": None,
        "certification": False,
        "claimed_at": (AT - timedelta(days=1)).isoformat(),
        "best_at": (AT - timedelta(days=1)).isoformat(),
        "oldest_at": None,
        "hash": "sha256",
        "mechanism": "rsassa_pkcs1v15",
        "suits": True,
        "findings": [],
        "stamps": [],
        "chain": [certificate()],
    }
    return {**told, **changes}


def file(*signatures, **changes):
    told = {
        "sha256": "cd" * 32,
        "size": 1000,
        "engine": "pyHanko",
        "engine_version": "0.38.0",
        "revisions": 1,
        "attempts": 0,
        "findings": [],
        "carried": [],
        "signatures": list(signatures),
    }
    return facts.parse({**told, **changes})
