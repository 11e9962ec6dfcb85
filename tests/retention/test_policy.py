"""Policy files: what they may say, what they must not, and until when things are kept."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.extraction import doctypes
from apps.retention import packs
from apps.retention.packs import (
    BrokenPolicy,
    Pack,
    compose,
    digest,
    faults,
    load,
    load_all,
    rule_of,
)
from apps.retention.policy import Action, Policy, Rule, Start, duration, in_words, iso
from apps.vault.classes import ArtifactClass
from apps.vault.orphans import GRACE

FOLDER = Path(packs.__file__).parent / "policies"
DEFAULT = compose(load_all(FOLDER))
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
SIGNED = 'owner = "records manager"\nbasis = "a law"\nnext_review_on = 2027-05-01\n'
HEAD = f'id = "strict"\nversion = 3\n{SIGNED}'
lengths = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=4000))


def rule(**changes: object) -> Rule:
    said = {
        "artifact": "original",
        "starts": Start.READ,
        "keep": DAY,
        "at_most": 7 * DAY,
        "reason": "Because.",
        "basis": "a law",
        "owner": "records manager",
        "review_on": date(2027, 5, 1),
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
    policy = compose([load(written(HEAD + RULE))])
    assert policy.name == "strict v3"
    assert list(policy.rules) == [rule()]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "this is no toml",
        RULE,
        HEAD,
        f'id = "strict"\n{SIGNED}' + RULE,
        f'id = "strict"\nversion = "three"\n{SIGNED}' + RULE,
        *(HEAD.replace(line, "") + RULE for line in SIGNED.splitlines()),
        HEAD.replace("2027-05-01", '"soon"') + RULE,
        HEAD + 'jurisdictions = "UK"\n' + RULE,
        HEAD + RULE + RULE,
        HEAD + RULE + 'action = "burn"\n',
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
    for kind in ArtifactClass:
        assert DEFAULT.rule(kind).artifact == kind


def test_a_rule_is_of_an_artifact_that_exists_and_says_why():
    for one in DEFAULT.rules:
        assert one.artifact in packs.KINDS
        assert one.basis
        assert one.owner
        assert one.reason.endswith(".")
        assert one.keep <= one.at_most


def test_what_shows_a_person_is_kept_shorter():
    for kind in ("original", "page image", "fields", "result"):
        every, high = DEFAULT.rule(kind), DEFAULT.rule(kind, tier="high")
        assert (high.keep, high.at_most) < (every.keep, every.at_most)
        assert high.at_most < every.at_most


@pytest.mark.parametrize("rule", [RULE + 'kept = "P1D"\n', RULE.replace('keep = "PT24H"\n', "")])
def test_a_rule_says_no_more_and_no_less_than_a_rule_says(written, rule):
    with pytest.raises(BrokenPolicy, match=r"strict\.toml"):
        load(written(HEAD + rule))


# Packs


KNOWN = {"invoice": "standard", "contract": "standard", "identity": "high"}
TODAY = date(2026, 11, 25)


def pack(
    name: str, *rules: Rule, version: int = 1, slugs: tuple[str, ...] = (), law: str = ""
) -> Pack:
    return Pack(name, version, rules, frozenset(slugs), law)


def kept(policy: Policy, **about: str) -> timedelta:
    return policy.rule("original", **about).keep


DEFAULTS = pack("default", rule(), rule(tier="high", keep=4 * HOUR), version=2)
OF_LAW = pack("uk", rule(keep=2 * DAY), version=5, law="UK")
OWN = pack("halden", rule(keep=3 * DAY), version=7, slugs=("halden",))
ALL = [OWN, OF_LAW, DEFAULTS]


@pytest.mark.parametrize(
    ("organisation", "region", "name", "keep"),
    [
        ("halden", "UK · London", "halden v7", 3 * DAY),
        ("northmere", "UK · London", "uk v5", 2 * DAY),
        ("northmere", "UK", "uk v5", 2 * DAY),
        ("northmere", "UKRAINE · Kyiv", "default v2", DAY),
        ("northmere", "EU · Frankfurt", "default v2", DAY),
        ("", "", "default v2", DAY),
    ],
)
def test_the_pack_that_speaks_most_particularly_of_an_organisation_decides(
    organisation, region, name, keep
):
    policy = compose(ALL, organisation=organisation, region=region)
    assert (policy.name, kept(policy)) == (name, keep)


def test_a_general_rule_of_an_organisation_loosens_nothing_particular():
    policy = compose(ALL, organisation="halden", region="UK")
    assert kept(policy, doctype="identity", tier="high") == 4 * HOUR


def test_without_a_pack_for_everybody_there_is_no_policy():
    with pytest.raises(BrokenPolicy, match="for everybody"):
        compose([OWN])


def test_two_packs_of_one_name_are_refused(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(HEAD + RULE)
    with pytest.raises(BrokenPolicy, match="same id"):
        load_all(tmp_path)


# Written down, and read back


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=9000)))
def test_every_length_is_written_so_that_it_is_read_back(length):
    minutes = timedelta(minutes=length // timedelta(minutes=1))
    assert duration(iso(minutes)) == minutes


@pytest.mark.parametrize("text", ["PT30M", "PT4H", "PT24H", "PT36H", "P7D", "P90D", "P10Y", "P0D"])
def test_a_length_is_written_in_the_shortest_way(text):
    assert iso(duration(text)) == text


@pytest.mark.parametrize("one", DEFAULT.rules, ids=lambda one: "-".join(filter(None, one.scope)))
def test_a_rule_survives_being_written_down(one):
    assert rule_of(packs.as_data(one)) == one


def test_a_digest_is_of_what_is_said_and_not_of_how():
    one, other = rule(), rule(tier="high")
    said = digest(Policy("strict", 1, [one, other]))
    assert digest(Policy("loose", 9, [other, one])) == said
    for change in ({"keep": 2 * DAY}, {"reason": "So."}, {"owner": "nobody"}):
        assert digest(Policy("strict", 1, [rule(**change), other])) != said


# What is wrong with a policy


def found(*rules: Rule) -> list[str]:
    return list(faults(Policy("strict", 1, rules), classes=KNOWN, today=TODAY, remnants=DAY))


def every(**changes: object) -> list[Rule]:
    return [rule(artifact=kind, **changes) for kind in packs.KINDS]


def test_what_is_in_the_house_has_no_fault():
    classes = {one.name: one.tier for one in doctypes.load_all()}
    for region in ("", "UK"):
        policy = compose(load_all(FOLDER), region=region)
        today = date(2026, 11, 25)
        assert list(faults(policy, classes=classes, today=today, remnants=GRACE)) == []


@pytest.mark.parametrize("kind", packs.KINDS)
def test_a_kept_thing_without_a_clock_is_told(kind):
    rules = [one for one in every() if one.artifact != kind]
    assert found(*rules) == [f"Nothing says how long a {kind} is kept."]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"artifact": "diary"}, "diary: there is no such thing."),
        ({"doctype": "novel"}, "original of novel: there is no such class of documents."),
        ({"tier": "royal"}, "original of tier royal: there is no such tier."),
        ({"tier": "high", "keep": 8 * DAY}, "kept longer than at most."),
        ({"tier": "high", "action": Action.KEEP}, "is not kept for ever."),
        ({"tier": "high", "review_on": TODAY - DAY}, "looked at again on 2026-11-24."),
        ({"tier": "high", "signatures": 2}, "two people sign only where somebody looks"),
        ({"tier": "high", "action": Action.REVIEW, "signatures": 3}, "two people sign only where"),
        ({"artifact": "audit", "tier": "high", "action": Action.REVIEW}, "nobody can look at this"),
        ({"artifact": "backup", "tier": "high", "outlives": True}, "does not reach this."),
    ],
)
def test_a_fault_is_a_sentence_that_names_its_rule(change, words):
    [fault] = found(*every(), rule(**change))
    assert words in fault


@pytest.mark.parametrize(
    "change",
    [{"action": Action.REVIEW}, {"action": Action.REVIEW, "signatures": 2}, {"outlives": True}],
)
def test_what_a_rule_asks_of_people_and_of_law_survives_being_written_down(change):
    one = rule(**change)
    assert rule_of(packs.as_data(one)) == one


def test_a_remnant_is_not_promised_sooner_than_the_store_finds_it():
    rules = [
        rule(artifact=kind, keep=HOUR if kind == "upload remnant" else DAY) for kind in packs.KINDS
    ]
    assert found(*rules) == ["An upload remnant is found after PT24H, not after PT1H."]


# Of a job that failed


def test_what_a_failed_job_left_goes_with_whichever_clock_runs_out_first():
    policy = Policy(
        "strict", 1, [rule(), rule(artifact="failed job", starts=Start.FAILED, keep=2 * DAY)]
    )
    failed = {Start.RECEIVED: ARRIVED, Start.FAILED: ARRIVED + HOUR}
    assert policy.due_at("original", failed) == ARRIVED + HOUR + 2 * DAY
    assert policy.due_at("original", failed | {Start.READ: ARRIVED}) == ARRIVED + DAY
    assert policy.due_at("original", {Start.RECEIVED: ARRIVED}) == ARRIVED + 7 * DAY
