"""Who comes in by a key, who does not, and what the trail says of it."""

import datetime as dt
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts import tokens, tries
from apps.accounts.models import ApiKey, Membership, User
from apps.accounts.roles import Role
from apps.accounts.scopes import Scope
from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Outcome, Tag
from apps.base.errors import NotAllowed, NotFound, NotPossible
from apps.base.scope import acting_for
from apps.intake.models import Document
from tests.api.calls import PROBLEM, Program, issue
from tests.conftest import SYSTEM
from tests.preservation.conftest import recorded_of

JOBS = "jobs/"
YEAR = timedelta(days=365)


def of(happened, tag):
    return [event for event in happened if event.tag == tag]


# Issued, kept, revoked


def test_a_key_is_kept_as_a_hash_and_nowhere_in_clear(house):
    issued = issue(house)
    secret = issued.token.text[-tokens.SECRET_DIGITS :]
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_apikey::text FROM accounts_apikey")
        [[row]] = cursor.fetchall()
    assert secret not in row
    assert issued.token.digest in row
    assert all(secret.encode() not in bytes(event.body) for event in Event.objects.all())


def test_issuing_and_revoking_are_on_the_trail(house, happened):
    key = issue(house, scopes=[Scope.STATE, Scope.SUBMIT]).key
    accounts.revoke(key, user=house.otto)
    accounts.revoke(key, user=house.otto)
    assert [event.tag for event in happened] == [Tag.API_KEY_ISSUED, Tag.API_KEY_REVOKED]
    issued, revoked = happened
    assert issued.actor == revoked.actor == house.otto.actor
    assert issued.subject == revoked.subject == str(key.pk)
    assert issued.organisation_id == house.halden.pk
    assert issued.workspace == house.payable.pk
    assert audit.facts_of(issued) == {
        "holder": str(house.ida.pk),
        "scopes": ["state", "submit"],
        "days": 90,
    }


@pytest.mark.parametrize("name", ["clara", "rita", "lena", "rosa", "carl", "ida", "mallory"])
def test_only_the_admin_issues_and_revokes(house, name):
    key = issue(house).key
    with pytest.raises(NotAllowed):
        issue(house, user=getattr(house, name))
    with pytest.raises(NotAllowed):
        accounts.revoke(key, user=getattr(house, name))


def test_the_admin_of_another_organisation_finds_nobody(house):
    eve = accounts.add_person(
        "eve@north.example",
        name="Eve",
        organisation=house.northmere,
        roles=[Role.ORGANISATION_ADMIN],
        actor=SYSTEM,
    )
    key = issue(house).key
    for workspace in (house.payable, house.elsewhere):
        with pytest.raises(NotFound):
            issue(house, user=eve, workspace=workspace)
    with pytest.raises(NotFound):
        accounts.revoke(key, user=eve)
    assert accounts.keys_of(eve, count=9) == []
    with acting_for(house.northmere.pk):
        assert not ApiKey.objects.exists()


def test_a_key_is_for_service_accounts_in_their_workspaces(house):
    gone = house.person("ivo", Role.INTEGRATOR, house.payable)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    gone.refresh_from_db()
    for holder, workspace in [
        (house.clara, house.payable),  # a person
        (house.ida, house.people),  # no member
        (gone, house.payable),
    ]:
        with pytest.raises(NotPossible):
            issue(house, holder=holder, workspace=workspace)


@pytest.mark.parametrize("lasts", [timedelta(), timedelta(days=-1), YEAR + timedelta(seconds=1)])
def test_a_key_ends_within_a_year(house, lasts):
    with pytest.raises(NotPossible):
        issue(house, lasts=lasts)


def test_a_key_without_a_scope_is_none(house):
    with pytest.raises(NotPossible):
        issue(house, scopes=[])


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": timezone.now() + timedelta(days=800)},
        {"scopes": []},
        {"revoked_at": timezone.now()},  # by nobody
    ],
)
def test_the_database_keeps_what_a_key_promises(house, change):
    key = issue(house).key
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.filter(pk=key.pk).update(**change)


# Known, and not


def test_a_key_opens_the_api(ledger):
    assert ledger.get(JOBS).json() == {"jobs": [], "next": None}


def wrong(program: Program) -> str:
    return program.token[:-1] + ("0" if program.token[-1] != "0" else "1")


def unknown(program: Program) -> str:
    organisation = tokens.parse(program.token).organisation
    return tokens.make(organisation).text


@pytest.mark.parametrize(
    "token", [wrong, unknown, lambda _: "nonsense", lambda _: "٣" * 120], ids=range(4)
)
def test_a_wrong_key_is_told_the_same_whatever_is_wrong(ledger, token):
    response = ledger.get(JOBS, token=token(ledger))
    assert (response.status_code, response.headers["Content-Type"]) == (401, PROBLEM)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["detail"].startswith("This key is not valid.")


@pytest.mark.parametrize("said", ["Basic aWRhOnBhc3M=", "bearer", "Bearer", "Token x"])
def test_another_way_to_sign_in_is_none(ledger, said):
    response = ledger.get(JOBS, token="", headers={"Authorization": said})
    assert response.status_code == 401


def test_without_a_key_nothing_is_asked_of_the_database(ledger):
    with CaptureQueriesContext(connection) as asked:
        response = ledger.get(JOBS, token="")
    assert response.status_code == 401
    assert [one["sql"] for one in asked if "set_config" not in one["sql"]] == []


def test_a_key_of_one_organisation_under_the_name_of_another_is_unknown(house, ledger):
    foreign = ledger.token.replace(house.halden.pk.hex, house.northmere.pk.hex)
    assert ledger.get(JOBS, token=foreign).status_code == 401


def test_a_revoked_key_opens_nothing_from_that_moment(house, ledger, happened):
    assert ledger.get(JOBS).status_code == 200
    accounts.revoke(ledger.key, user=house.otto)
    assert ledger.get(JOBS).status_code == 401
    [denied] = of(happened, Tag.API_KEY_DENIED)
    assert (denied.actor, denied.outcome) == (ledger.key.actor, Outcome.DENIED)
    assert (denied.organisation_id, denied.subject) == (house.halden.pk, str(ledger.key.pk))
    assert audit.facts_of(denied)["reason"] == "revoked"


def test_a_key_ends_by_itself(program):
    ledger = program(lasts=timedelta(days=30))
    end = ledger.key.expires_at
    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert ledger.get(JOBS).status_code == 200
    with time_machine.travel(end, tick=False):
        assert ledger.get(JOBS).status_code == 401


def test_a_key_ends_with_the_membership_of_its_account(house, ledger, happened):
    Membership.objects.filter(user=house.ida).delete()
    assert ledger.get(JOBS).status_code == 401
    [denied] = of(happened, Tag.API_KEY_DENIED)
    assert audit.facts_of(denied)["reason"] == "ended"


def test_a_key_ends_with_its_account(house, ledger):
    User.objects.filter(pk=house.ida.pk).update(is_active=False)
    assert ledger.get(JOBS).status_code == 401


def test_a_key_ends_with_its_workspace(house, ledger):
    Membership.objects.all().delete()
    house.payable.delete()
    assert ledger.get(JOBS).status_code == 401
    assert not ApiKey.objects.exists()


def test_what_an_account_may_no_longer_do_its_key_may_not(house, ledger, happened):
    house.ida.groups.clear()
    response = ledger.get(JOBS)
    assert response.status_code == 403
    [denied] = of(happened, Tag.API_KEY_DENIED)
    assert audit.facts_of(denied)["reason"] == "role"


@pytest.mark.parametrize("scope", Scope)
def test_a_key_does_what_its_scopes_say_and_nothing_else(desk, program, happened, scope):
    whole = {"purpose": "handle-letter", "transcript": True}
    document = desk.delivered(sender=desk.house.ida, **whole)
    record = recorded_of(desk.house, document)
    narrow = program(scope)
    statuses = {
        Scope.SUBMIT: narrow.submit().status_code,
        Scope.STATE: narrow.get(f"jobs/{document.reference}/").status_code,
        Scope.RESULT: narrow.get(f"jobs/{document.reference}/result/").status_code,
        Scope.TRANSCRIPT: narrow.get(f"jobs/{document.reference}/transcript/").status_code,
        Scope.DISPOSALS: narrow.get("disposals/").status_code,
        Scope.RECORD: narrow.get(f"records/{record.reference}/").status_code,
        Scope.WITHDRAW: narrow.call("post", f"jobs/{document.reference}/withdraw/").status_code,
    }
    allowed = statuses.pop(scope)
    assert allowed in (200, 201)
    assert set(statuses.values()) == {403}
    denied = of(happened, Tag.API_KEY_DENIED)
    assert [audit.facts_of(event)["reason"] for event in denied] == ["scope"]


def test_the_day_of_the_last_use_is_kept_and_no_more(ledger):
    assert ledger.key.used_on is None
    ledger.get(JOBS)
    ledger.key.refresh_from_db()
    assert type(ledger.key.used_on) is dt.date
    with CaptureQueriesContext(connection) as asked:
        ledger.get(JOBS)
    assert [one for one in asked if "UPDATE" in one["sql"]] == []


# What a key reaches


def test_a_program_sees_what_its_account_sent_and_nothing_else(house, desk, ledger):
    own = desk.delivered(sender=house.ida)
    others = [
        desk.delivered(),  # Clara's, in the same workspace
        desk.delivered(sender=house.cleo, workspace=house.people),
    ]
    [job] = ledger.get(JOBS).json()["jobs"]
    assert job["reference"] == own.reference
    nothing = ledger.get("jobs/222-222/").json()
    for document in others:
        for path in ("", "result/"):
            response = ledger.get(f"jobs/{document.reference}/{path}")
            assert response.status_code == 404
            assert response.json() == nothing


def test_a_program_sees_one_workspace_of_its_account(house, desk, ledger):
    accounts.join(house.ida, workspace=house.people)
    elsewhere = desk.delivered(sender=house.ida, workspace=house.people)
    assert ledger.get(JOBS).json()["jobs"] == []
    assert ledger.get(f"jobs/{elsewhere.reference}/").status_code == 404
    response = ledger.submit(workspace=str(house.people.pk))
    assert response.status_code == 404
    assert Document.objects.count() == 1


def test_nothing_of_another_organisation_is_there(house, desk, ledger):
    with acting_for(house.northmere.pk):
        theirs = house.send(
            b"\x89PNG\r\n\x1a\n theirs", sender=house.mallory, workspace=house.elsewhere
        )
    assert ledger.get(f"jobs/{theirs.reference}/").json() == ledger.get("jobs/222-222/").json()
    assert ledger.submit(workspace=str(house.elsewhere.pk)).status_code == 404


def test_a_call_leaves_no_scope_behind(house, ledger):
    with acting_for(None):
        ledger.get(JOBS)
        assert not ApiKey.objects.exists()


def test_a_session_opens_nothing_here(house, client):
    client.force_login(house.ida)
    response = client.get("/api/v1/jobs/")
    assert response.status_code == 401
    assert not response.cookies


def test_an_answer_sets_no_cookie(ledger):
    assert not ledger.get(JOBS).cookies


# Failures are counted, and write little


def test_many_wrong_keys_lock_their_place_before_the_database_is_asked(ledger, settings):
    settings.API_FAILURE_LIMIT = 3
    assert [ledger.get(JOBS, token="x").status_code for _ in range(3)] == [401] * 3
    with CaptureQueriesContext(connection) as asked:
        response = ledger.get(JOBS)  # the right one, too
    assert (response.status_code, response.headers["Retry-After"]) == (429, "900")
    assert not [one for one in asked if "accounts_apikey" in one["sql"]]
    assert Program(ledger.token, place="198.51.100.8").get(JOBS).status_code == 200


def test_a_place_is_open_again_after_a_while(ledger, settings):
    settings.API_FAILURE_LIMIT = 1
    ledger.get(JOBS, token="x")
    assert ledger.get(JOBS).status_code == 429
    later = timezone.now() + timedelta(seconds=settings.API_COOLOFF_SECONDS + 1)
    with time_machine.travel(later):
        assert ledger.get(JOBS).status_code == 200


def test_a_flood_of_wrong_keys_writes_one_event(ledger, settings, happened):
    settings.API_FAILURE_LIMIT = 5
    for _ in range(20):
        ledger.get(JOBS, token=wrong(ledger))
    assert [event.tag for event in happened] == [Tag.API_KEY_DENIED, Tag.API_LOCKED]
    assert (happened[-1].organisation_id, happened[-1].subject) == (None, "unknown")


def test_floods_from_many_places_write_no_more_than_is_told(ledger, settings, happened):
    settings.API_FAILURE_LIMIT = 1
    for number in range(70):
        Program("x", place=f"203.0.113.{number}").get(JOBS)
    assert len(of(happened, Tag.API_LOCKED)) == 60


def test_no_event_of_a_failure_holds_the_key(ledger, settings, happened):
    settings.API_FAILURE_LIMIT = 1
    ledger.get(JOBS, token=wrong(ledger))
    said = b"".join(bytes(event.body) for event in happened)
    assert ledger.token[-30:-1].encode() not in said


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("198.51.100.7", "198.51.100.8", False),
        ("not an address", "not an address", True),
    ],
)
def test_one_subscriber_is_one_place(one, other, same):
    assert (tries.place_of(one) == tries.place_of(other)) is same
    assert one not in tries.place_of(one)


def test_a_key_calls_so_many_times_a_minute(ledger, program, settings):
    settings.API_REQUESTS_A_MINUTE = 2
    assert [ledger.get(JOBS).status_code for _ in range(3)] == [200, 200, 429]
    response = ledger.get(JOBS)
    assert response.headers["Content-Type"] == PROBLEM
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert program().get(JOBS).status_code == 200
