"""Policies in the database: the version in force, the files beside it, and two people."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.base.errors import NotAllowed, NotPossible
from apps.retention import packs
from apps.retention import services as retention
from apps.retention.changes import effect_in_words
from apps.retention.models import PolicyVersion, Standing
from apps.retention.policy import Policy, iso
from apps.retention.services import proposals
from apps.vault.models import Artifact
from portal import checks
from tests.delivery.papers import clear

DAY = timedelta(days=1)
WHY = "The works council asked for it."


@pytest.fixture
def files(settings, tmp_path):
    """The packs of the house in a folder of their own, to be changed."""
    for path in settings.RETENTION_POLICIES.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text())
    settings.RETENTION_POLICIES = tmp_path
    packs.load.cache_clear()
    yield tmp_path / "default.toml"
    packs.load.cache_clear()


def edit(path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    packs.load.cache_clear()


def shorter(policy: Policy, **keep: timedelta) -> Policy:
    """The same, with other times for the general rule of some kinds."""
    rules = []
    for rule in policy.rules:
        if rule.artifact in keep and not rule.doctype and not rule.tier:
            data = packs.as_data(rule) | {"keep": iso(keep[rule.artifact])}
            rule = packs.rule_of(data)
        rules.append(rule)
    return Policy(policy.id, policy.version, rules)


def proposed(house, user=None, **keep: timedelta) -> PolicyVersion:
    policy = shorter(retention.current_policy(house.halden.pk), **keep or {"original": DAY / 2})
    return retention.propose(policy, reason=WHY, user=user or house.rosa)


def run(act: str, *options: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("policy", act, "--organisation=halden", *options, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


# At first


def test_what_the_files_say_is_in_force_from_the_beginning(house):
    version = retention.version_in_force(house.halden.pk)
    assert (version.name, version.standing) == ("default v5", Standing.APPROVED)
    assert version.takes_effect_at == house.halden.created_at
    assert version.digest == packs.digest(retention.in_files(house.halden.pk))
    assert retention.drift(house.halden.pk) == []
    assert Event.objects.get(tag=Tag.POLICY_APPLIED).subject == str(version.pk)


def test_it_is_written_down_once(house):
    assert retention.version_in_force(house.halden.pk) == retention.version_in_force(
        house.halden.pk
    )
    assert PolicyVersion.objects.count() == 1


def test_a_jurisdiction_has_its_own_evidence_clock(house):
    house.halden.region = "UK · London"
    house.halden.save()
    policy = retention.current_policy(house.halden.pk)
    assert policy.name == "uk v3"
    assert policy.rule("signature evidence").basis == "Limitation Act 1980, section 5"
    assert policy.rule("original").keep == DAY


def test_a_job_a_clock_and_a_result_name_the_version(desk):
    document = clear(desk)
    names = Artifact.objects.of_document(document.pk).values_list("policy", flat=True)
    assert set(names) == {retention.version_in_force(desk.house.halden.pk).name}


# Files and database


def test_files_that_changed_are_told_by_check_diff_and_the_deployment_check(house, files):
    retention.version_in_force(house.halden.pk)
    assert run("check")[0] == 0
    assert checks.the_policies(None, ["default"]) == []
    edit(files, 'keep = "PT24H"', 'keep = "PT12H"')
    code, said = run("check")
    assert code == 1
    assert "not what is in force" in said
    code, said = run("diff")
    assert (code, said.splitlines()[1:]) == (
        0,
        [
            "    everything:",
            "  -   original:           PT24H after read, at most P7D",
            "  +   original:           PT12H after read, at most P7D",
        ],
    )
    errors = checks.the_policies(None, ["default"])
    assert {error.id for error in errors} == {"portal.E006"}
    assert "halden: The policy files are not what is in force." in [one.msg for one in errors]


def test_a_file_that_forgot_a_kept_thing_fails_the_check(house, files):
    retention.version_in_force(house.halden.pk)
    edit(files, 'artifact = "backup"', 'artifact = "backups"')
    code, said = run("check")
    assert code == 1
    assert "Nothing says how long a backup is kept." in said
    assert "backups: there is no such thing." in said


def test_what_cannot_be_read_is_told_and_stops_nothing(house, files):
    retention.version_in_force(house.halden.pk)
    files.write_text("no toml")
    packs.load.cache_clear()
    with pytest.raises(CommandError, match=r"default\.toml"):
        run("check")
    assert [error.id for error in checks.the_policies(None, ["default"])] == [
        "portal.E006",
        "portal.E006",
    ]
    assert retention.current_policy(house.halden.pk).name == "default v5"


def test_the_files_are_proposed_by_somebody_and_signed_by_another(house, files):
    retention.version_in_force(house.halden.pk)
    edit(files, 'keep = "PT24H"', 'keep = "PT12H"')
    with pytest.raises(CommandError, match="--by"):
        run("propose", "--by=nobody@halden.example", f"--reason={WHY}")
    code, said = run("propose", f"--by={house.rosa.email}", f"--reason={WHY}")
    assert code == 0
    assert "default v6 is proposed." in said
    version = PolicyVersion.objects.get(standing=Standing.PROPOSED)
    retention.approve(version, user=house.carl)
    later = timezone.now() + 2 * DAY
    assert retention.version_in_force(house.halden.pk, now=later) == version
    retention.take_effect(house.halden.pk, now=later)
    assert version.digest == packs.digest(retention.in_files(house.halden.pk))


# Two people


def test_whoever_proposed_cannot_approve(house):
    version = proposed(house)
    with pytest.raises(NotPossible, match="second person"):
        retention.approve(version, user=house.rosa)
    assert PolicyVersion.objects.get(pk=version.pk).standing == Standing.PROPOSED


def test_the_database_keeps_it_to_two_people_too(house):
    version = proposed(house)
    with pytest.raises(IntegrityError, match="a_policy_needs_two_people"), transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(
            standing=Standing.APPROVED, decided_by=house.rosa, takes_effect_at=timezone.now()
        )


@pytest.mark.parametrize("name", ["clara", "rita", "lena", "otto", "ida", "mallory"])
def test_nobody_else_proposes_or_approves(house, name):
    version = proposed(house)
    user = getattr(house, name)
    with pytest.raises(NotAllowed):
        proposed(house, user)
    with pytest.raises(NotAllowed):
        retention.approve(version, user=user)
    with pytest.raises(NotAllowed):
        retention.decline(version, user=user)


def test_an_approved_version_waits_a_day_and_then_sets_every_clock(desk):
    house, document = desk.house, clear(desk)
    before = _due(document)
    version = retention.approve(proposed(house), user=house.carl)
    assert version.takes_effect_at - version.decided_at == proposals.COOLING
    assert retention.take_effect(house.halden.pk, now=timezone.now()) is None
    assert (_due(document), retention.current_policy(house.halden.pk).version) == (before, 5)
    later = version.takes_effect_at
    assert retention.take_effect(house.halden.pk, now=later) == version
    assert _due(document) == document.reading.created_at + DAY / 2
    assert set(Artifact.objects.values_list("policy", flat=True)) == {"default v6"}
    assert retention.take_effect(house.halden.pk, now=later) is None
    assert Event.objects.filter(tag=Tag.POLICY_APPLIED).count() == 2


def test_the_clock_lets_a_version_take_effect_by_itself(desk):
    house, document = desk.house, clear(desk)
    version = retention.approve(proposed(house, original=timedelta()), user=house.carl)
    assert retention.go_round(house.halden.pk, now=version.takes_effect_at) == 1
    assert not Artifact.objects.alive().filter(document=document.pk, kind="original").exists()


@pytest.mark.parametrize("cooling", [False, True])
def test_no_is_said_before_it_takes_effect(house, cooling):
    version = proposed(house)
    if cooling:
        retention.approve(version, user=house.carl)
    retention.decline(version, user=house.rosa if cooling else house.carl)
    assert retention.version_in_force(house.halden.pk, now=timezone.now() + 9 * DAY).number == 5
    with pytest.raises(NotPossible):
        retention.decline(version, user=house.carl)
    with pytest.raises(NotPossible):
        retention.approve(version, user=house.carl)


def test_what_is_in_force_is_not_declined(house):
    with pytest.raises(NotPossible):
        retention.decline(retention.version_in_force(house.halden.pk), user=house.carl)


def test_one_change_after_the_other(house):
    proposed(house)
    with pytest.raises(NotPossible, match="under way"):
        proposed(house, original=DAY / 4)


def test_a_change_that_changes_nothing_is_none(house):
    with pytest.raises(NotPossible, match="already"):
        retention.propose(retention.current_policy(house.halden.pk), reason=WHY, user=house.rosa)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE retention_policyversion SET rules = '[]'",
        "UPDATE retention_policyversion SET reason = 'another'",
        "UPDATE retention_policyversion SET number = 9",
        "DELETE FROM retention_policyversion",
    ],
)
def test_no_version_is_rewritten_or_deleted(house, statement):
    version = retention.version_in_force(house.halden.pk)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    version.refresh_from_db()


# What would happen


def test_a_dry_run_counts_what_would_go_at_once_and_what_is_held(desk):
    house = desk.house
    documents = [clear(desk) for _ in range(3)]
    hold(house, documents[0])
    version = proposed(house, original=timedelta())
    assert version.effect == {"original": {"due": 3, "held": 1}}
    assert effect_in_words(version.effect) == [
        "3 originals become due at once, 1 is held and stays."
    ]


def test_a_dry_run_tells_sooner_from_later(desk):
    house = desk.house
    clear(desk)
    version = proposed(house, fields=30 * DAY, original=2 * DAY)
    assert version.effect == {"fields": {"sooner": 1}, "original": {"later": 1}}


def test_what_changes_for_nobody_is_said_too(house):
    assert effect_in_words(proposed(house).effect) == ["No clock of anything kept today changes."]


def test_a_dry_run_changes_nothing(desk):
    document = clear(desk)
    before, told = _due(document), Event.objects.filter(tag=Tag.CLOCK_SET).count()
    proposed(desk.house, original=timedelta())
    assert (_due(document), Event.objects.filter(tag=Tag.CLOCK_SET).count()) == (before, told)


def hold(house, *documents) -> None:
    wanted = retention.Wanted(
        scope="document",
        matter="A dispute",
        reason="It is before a court.",
        mandate="General counsel, 4 November",
        references=[document.reference for document in documents],
    )
    retention.place(wanted, user=house.carl)


def _due(document):
    return Artifact.objects.get(document=document.pk, kind="original").due_at
