"""Policy files: what they may say, what they must not, and until when things are kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.retention import policy as policies
from apps.retention.policy import BrokenPolicy, Policy, Rule, Start, duration, in_words, load
from apps.vault.classes import ArtifactClass

DEFAULT = Path(policies.__file__).parent / "policies" / "default.toml"
ARRIVED = datetime(2026, 11, 14, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULE = """
[[rule]]
artifact = "original"
starts = "read"
keep = "PT24H"
at_most = "P7D"
reason = "Because."
"""
HEAD = 'id = "strict"\nversion = 3\n'
lengths = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=4000))


def rule(**changes: object) -> Rule:
    said = {
        "artifact": "original",
        "starts": Start.READ,
        "keep": DAY,
        "at_most": 7 * DAY,
        "reason": "Because.",
    }
    return Rule(**{**said, **changes})


@pytest.fixture
def written(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "strict.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


# Durations


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT30M", timedelta(minutes=30)),
        ("PT24H", DAY),
        ("P90D", 90 * DAY),
        ("P1DT12H", 36 * HOUR),
        ("P10Y", timedelta(days=3652.5)),
        ("P0D", timedelta()),
    ],
)
def test_a_duration_is_read_as_iso_writes_it(text, length):
    assert duration(text) == length


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "24H", "P3M", "P1W", "-P1D", "P1.5D", "p1d", " P1D", "P1D\n", "90 days"]
)
def test_anything_else_is_no_duration(text):
    with pytest.raises(ValueError, match="no duration"):
        duration(text)


@given(days=st.integers(1, 9999), hours=st.integers(0, 23), minutes=st.integers(0, 59))
def test_every_duration_comes_back(days, hours, minutes):
    length = timedelta(days=days, hours=hours, minutes=minutes)
    assert duration(f"P{days}DT{hours}H{minutes}M") == length


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PT30M", "30 min"),
        ("PT1H", "1 h"),
        ("PT80M", "80 min"),
        ("PT24H", "24 h"),
        ("PT48H", "48 h"),
        ("P3D", "3 days"),
        ("P90D", "90 days"),
        ("P2Y", "2 years"),
        ("P10Y", "10 years"),
    ],
)
def test_a_duration_is_said_as_people_say_it(text, words):
    assert in_words(duration(text)) == words


# Files


def test_a_file_becomes_a_policy(written):
    policy = load(written(HEAD + RULE))
    assert policy.name == "strict v3"
    assert list(policy.rules) == [rule()]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "this is no toml",
        RULE,
        HEAD,
        'id = "strict"\n' + RULE,
        'id = "strict"\nversion = "three"\n' + RULE,
        HEAD + 'rule = "none"\n',
        HEAD + RULE.replace('"read"', '"printed"'),
        HEAD + RULE.replace("PT24H", "a day"),
        HEAD + RULE.replace("P7D", "P7"),
        HEAD + RULE.replace("P7D", "P99999999999D"),
        *(
            HEAD + RULE.replace(line, "")
            for line in RULE.splitlines()
            if line.startswith(("artifact", "starts", "at_most", "reason"))
        ),
    ],
)
def test_a_file_that_does_not_say_what_it_must_is_refused_by_name(written, text):
    with pytest.raises(BrokenPolicy, match=r"strict\.toml"):
        load(written(text))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "strict.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BrokenPolicy):
        load(path)


# Which rule


def test_the_class_of_a_document_comes_before_its_tier_and_both_before_all():
    every, high, contract = rule(), rule(tier="high"), rule(doctype="contract")
    policy = Policy("strict", 1, [every, high, contract])
    assert policy.rule("original") is every
    assert policy.rule("original", doctype="invoice", tier="standard") is every
    assert policy.rule("original", doctype="identity", tier="high") is high
    assert policy.rule("original", doctype="contract", tier="high") is contract


def test_a_rule_of_one_class_is_nothing_to_another_one():
    policy = Policy("strict", 1, [rule(doctype="contract"), rule(tier="high")])
    with pytest.raises(KeyError):
        policy.rule("original", doctype="invoice", tier="standard")


def test_an_artifact_without_a_rule_is_told():
    with pytest.raises(KeyError, match="crop"):
        Policy("strict", 1, [rule()]).rule("crop")


# Until when


@pytest.mark.parametrize(
    ("read_after", "kept"),
    [
        (None, 7 * DAY),  # it never was
        (HOUR, 25 * HOUR),
        (6 * DAY, 7 * DAY),
        (7 * DAY, 7 * DAY),
        (30 * DAY, 7 * DAY),
    ],
)
def test_a_clock_runs_from_its_start_and_never_past_its_ceiling(read_after, kept):
    moments = {Start.RECEIVED: ARRIVED}
    if read_after is not None:
        moments[Start.READ] = ARRIVED + read_after
    assert rule().due_at(moments) == ARRIVED + kept


@pytest.mark.parametrize("started", [None, HOUR])
def test_what_goes_with_a_decision_has_only_a_ceiling(started):
    moments = {Start.RECEIVED: ARRIVED}
    if started is not None:
        moments |= {Start.READ: ARRIVED + started, Start.DELIVERED: ARRIVED + started}
    slit = rule(starts=Start.DECIDED, keep=timedelta())
    assert slit.due_at(moments) == ARRIVED + 7 * DAY
    assert slit.words == "until decided"


@given(keep=lengths, at_most=lengths, after=st.none() | lengths)
def test_whatever_happens_nothing_outlives_its_ceiling(keep, at_most, after):
    moments = {Start.RECEIVED: ARRIVED}
    if after is not None:
        moments[Start.READ] = ARRIVED + after
    due = rule(keep=keep, at_most=at_most).due_at(moments)
    assert due <= ARRIVED + at_most
    assert after is None or due <= ARRIVED + after + keep


# What is in force out of the box


def test_every_class_of_artifact_has_a_rule_for_every_document():
    policy = load(DEFAULT)
    for kind in ArtifactClass:
        assert policy.rule(kind).artifact == kind


def test_a_rule_is_of_an_artifact_that_exists_and_says_why():
    for one in load(DEFAULT).rules:
        assert one.artifact in set(ArtifactClass)
        assert one.reason.endswith(".")
        assert one.keep <= one.at_most


def test_what_shows_a_person_is_kept_shorter():
    policy = load(DEFAULT)
    for kind in ("original", "page image", "fields", "result"):
        every, high = policy.rule(kind), policy.rule(kind, tier="high")
        assert (high.keep, high.at_most) < (every.keep, every.at_most)
        assert high.at_most < every.at_most


@pytest.mark.parametrize("rule", [RULE + 'kept = "P1D"\n', RULE.replace('keep = "PT24H"\n', "")])
def test_a_rule_says_no_more_and_no_less_than_a_rule_says(written, rule):
    with pytest.raises(BrokenPolicy, match=r"strict\.toml"):
        load(written(HEAD + rule))
