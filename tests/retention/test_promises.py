"""What is promised before sending: in words, from the policy in force."""

from datetime import timedelta
from pathlib import Path

import pytest

from apps.retention import packs
from apps.retention.policy import Policy, Rule, Start
from apps.retention.promises import Promise, promise

DAY = timedelta(days=1)
FOLDER = Path(packs.__file__).parent / "policies"


def said(purpose: str = "", doctype: str = "") -> Promise:
    return promise(packs.compose(packs.load_all(FOLDER)), purpose=purpose, doctype=doctype)


def texts(made: Promise) -> dict[str, str]:
    return {line.title: line.text for line in made.lines}


def policy_of(**keep: timedelta) -> Policy:
    crop = Rule("crop", Start.DECIDED, timedelta(), 7 * DAY, "Because.")
    rules = [Rule(kind, Start.READ, length, length, "Because.") for kind, length in keep.items()]
    return Policy("strict", 3, [crop, *rules])


def test_an_invoice_is_promised_what_its_policy_keeps():
    made = said(doctype="invoice")
    assert made.sentence == (
        "Originals deleted 24 h after reading. Fields kept 90 days. "
        "Slits deleted once a person has decided."
    )
    assert texts(made) == {
        "Slits": "until decided",
        "Originals": "24 h",
        "Fields": "90 days",
        "Signed originals": "10 years",
        "Record of actions": "7 years",
    }
    assert (made.policy, made.shorter) == ("default v5", False)


@pytest.mark.parametrize(
    ("doctype", "originals", "fields"),
    [
        ("invoice", "24 h", "90 days"),
        ("contract", "30 days", "30 days"),
        ("identity", "4 h", "30 days"),
    ],
)
def test_a_class_is_promised_its_own_clocks(doctype, originals, fields):
    made = said(doctype=doctype)
    assert (texts(made)["Originals"], texts(made)["Fields"]) == (originals, fields)
    assert not made.shorter


@pytest.mark.parametrize(
    ("purpose", "originals"),
    [
        ("pay-invoices", "24 h"),
        ("check-identity", "4 h"),
        ("onboard-employee", "30 days"),  # identity papers, and contracts
        ("", "30 days"),
        ("no-such-purpose", "30 days"),
    ],
)
def test_of_several_classes_that_may_come_the_longest_time_is_promised(purpose, originals):
    assert texts(said(purpose))["Originals"] == originals


def test_a_class_that_was_chosen_comes_before_what_its_purpose_allows():
    assert texts(said("onboard-employee", "identity"))["Originals"] == "4 h"


@pytest.mark.parametrize(
    ("purpose", "asked", "promised"),
    [
        ("keep-contract", True, "7 days"),
        ("keep-contract", False, None),
        ("pay-invoices", True, None),  # it allows none
        ("", True, None),
    ],
)
def test_a_transcript_is_promised_where_one_is_asked_for_and_allowed(purpose, asked, promised):
    policy = packs.compose(packs.load_all(FOLDER))
    made = promise(policy, purpose=purpose, doctype="", transcript=asked)
    assert texts(made).get("Transcript") == promised
    assert ("Transcript deleted" in made.sentence) is (promised is not None)


def test_where_some_that_may_come_go_sooner_the_promise_says_so():
    assert said("onboard-employee").shorter
    assert not said("pay-invoices").shorter


def test_a_class_that_nobody_knows_promises_as_if_none_was_chosen():
    assert said(doctype="<script>") == said()


def test_a_promise_follows_the_policy_and_names_it():
    made = promise(policy_of(original=2 * DAY, fields=3 * DAY), purpose="", doctype="invoice")
    assert "Originals deleted 48 h after reading. Fields kept 3 days." in made.sentence
    assert made.policy == "strict v3"


def test_a_longer_time_has_a_longer_bar_within_the_scale():
    shares = [
        promise(policy_of(original=length, fields=DAY), purpose="", doctype="invoice")
        .lines[1]
        .share
        for length in (timedelta(), timedelta(hours=4), DAY, 90 * DAY, 99 * 365 * DAY)
    ]
    assert shares == sorted(set(shares))
    assert (shares[0], shares[-1]) == (4, 100)
