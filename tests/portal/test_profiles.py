"""What production refuses, in words, and that it starts when nothing is to be refused."""

import os
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.intake import jail
from apps.intake.jail import NoWall, Wall
from portal import checks, profiles
from tests import server
from tests.portal.production import ROOT, TOKEN, environment, our_database, python, secret

WRONG = {
    "profile": ({"PORTAL_PROFILE": "staging"}, "PORTAL_PROFILE is one of"),
    "no session key": ({"SECRET_KEY_FILE": ""}, "SECRET_KEY is missing"),
    "a short session key": ({"SECRET_KEY_FILE": "", "SECRET_KEY": "short"}, "easy to guess"),
    "a session key of one letter": ({"SECRET_KEY_FILE": "", "SECRET_KEY": "a" * 80}, "easy to"),
    "Django's session key": (
        {"SECRET_KEY_FILE": "", "SECRET_KEY": f"django-insecure-{TOKEN}"},
        "easy to guess",
    ),
    "no root keys": ({"ROOT_KEYS_FILE": ""}, "ROOT_KEYS is missing"),
    "no file of root keys": ({"ROOT_KEYS_FILE": "/no/such/file"}, "ROOT_KEYS_FILE cannot be read"),
    "malformed root keys": ({"ROOT_KEYS_FILE": "", "ROOT_KEYS": "first:00"}, "64 hexadecimal"),
    "made-up root keys": ({"ROOT_KEYS_FILE": "", "ROOT_KEYS": "a:" + "0" * 64}, "made up"),
    "no hosts": ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS names"),
    "any host": ({"ALLOWED_HOSTS": "portal.test *"}, "ALLOWED_HOSTS names"),
    "an origin in clear": ({"TRUSTED_ORIGINS": "http://portal.test"}, "TRUSTED_ORIGINS begin"),
    "no database": ({"DATABASE_URL": ""}, "DATABASE_URL is missing"),
    "another database": ({"DATABASE_URL": "sqlite:///file"}, "DATABASE_URL is like"),
    "the superuser": ({"DATABASE_URL": "postgresql://postgres:x@h/n"}, "names `postgres`"),
    "no broker": ({"BROKER_URL": ""}, "BROKER_URL is missing"),
    "a folder for a broker": ({"BROKER_URL": "filesystem://localhost"}, "BROKER_URL names"),
    "memory for a broker": ({"BROKER_URL": "memory://localhost"}, "BROKER_URL names"),
    "no TLS": ({"BEHIND_TLS": "False"}, "BEHIND_TLS is True"),
    "the password of the manual": (
        {"DATABASE_URL": "postgresql://portal_app:APP@database/portal"},
        "The password in DATABASE_URL is too easy",
    ),
    "a password everybody has": (
        {"DATABASE_URL": "postgresql://portal_app:my%2Dpassword%2D1234567890@h/n"},
        "The password in DATABASE_URL is too easy",
    ),
    "a broker's password of one letter": (
        {"BROKER_URL": f"redis://:{'a' * 40}@h/0"},
        "The password in BROKER_URL is too easy",
    ),
    "the demo's authority": ({"TIMESTAMP_AUTHORITIES": "local:"}, "TIMESTAMP_AUTHORITIES begin"),
    "debugging": ({"DEBUG": "True"}, "Take DEBUG out"),
}


SERVING = {
    "gunicorn": ["-c", "import portal.wsgi"],
    "worker": ["-m", "celery", "--app=portal", "worker", "--pool=solo"],
    "clock": ["-m", "celery", "--app=portal", "beat", "--schedule=/dev/null", "--pidfile="],
}


@pytest.fixture
def bubblewrap() -> None:
    if jail.wall() is not Wall.BUBBLEWRAP:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("bubblewrap is missing")


@pytest.fixture
def good(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path)


def run(given: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        python(*command),
        cwd=ROOT,
        env=given,
        capture_output=True,
        check=False,
        text=True,
        timeout=200,
    )


def test_nothing_is_refused_where_all_is_given(good):
    assert list(profiles.refusals(good)) == []


@pytest.mark.parametrize("url", ["postgresql:///portal?host=%2Frun", "postgresql://app@h/portal"])
def test_a_server_that_asks_for_no_password_needs_none(good, url):
    assert list(profiles.refusals(good | {"DATABASE_URL": url})) == []


def test_the_embedded_profile_asks_for_nothing():
    assert list(profiles.refusals({})) == []


@pytest.mark.parametrize("what", WRONG)
def test_it_is_refused_with_one_sentence(good, what):
    changes, said = WRONG[what]
    [sentence] = profiles.refusals(good | changes)
    assert said in sentence
    assert sentence.endswith(".")
    assert TOKEN not in sentence


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604, 0o620, 0o777])
@pytest.mark.parametrize("name", ["ROOT_KEYS_FILE", "SECRET_KEY_FILE"])
def test_a_file_that_others_read_or_change_is_refused(good, name, mode):
    Path(good[name]).chmod(mode)
    [sentence] = profiles.refusals(good)
    assert f"{name} is open to others" in sentence


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o440, 0o640])
def test_a_file_for_its_owner_and_group_is_fine(good, mode):
    Path(good["ROOT_KEYS_FILE"]).chmod(mode)
    assert list(profiles.refusals(good)) == []


def test_addresses_of_servers_may_lie_in_files_too(good, tmp_path):
    for name in ("DATABASE_URL", "BROKER_URL"):
        good[f"{name}_FILE"] = secret(tmp_path, name.lower(), good.pop(name))
    assert list(profiles.refusals(good)) == []
    said = run(good, "-c", SHOWN)
    assert said.stdout.split() == ["database.test", "redis://broker.test:6379/0"], said.stderr


SHOWN = """
from portal import settings
print(settings.DATABASES["default"]["HOST"], settings.CELERY_BROKER_URL)
"""


@pytest.mark.parametrize("command", ["manage.py check", "manage.py migrate", "-m portal.wsgi"])
def test_every_process_ends_in_words_and_without_a_trace(good, command):
    said = run(good | {"BEHIND_TLS": "False", "ALLOWED_HOSTS": "*"}, *command.split())
    assert said.returncode == 1
    assert "The portal does not start:\n- ALLOWED_HOSTS" in said.stderr
    assert "BEHIND_TLS" in said.stderr
    assert "Traceback" not in said.stderr


def test_check_deploy_is_silent_in_production(good, django_db_setup, db, bubblewrap):
    good["DATABASE_URL"] = our_database(*server.role("app"))
    said = run(good, "manage.py", "check", "--deploy", "--fail-level=INFO", "--database=default")
    assert said.returncode == 0, said.stderr
    assert "no issues (1 silenced)" in said.stdout


@pytest.mark.parametrize("what", ["gunicorn", "worker", "check"])
def test_without_bubblewrap_production_does_not_start(good, tmp_path, what):
    good["PATH"] = str(tmp_path)  # in which nothing can be found
    commands = {**SERVING, "check": ["manage.py", "check", "--deploy"]}
    good["BROKER_URL"] = "redis://127.0.0.1:1/0"
    said = run(good | {"C_FORCE_ROOT": "1"}, *commands[what])
    assert said.returncode == 1
    assert "builds no jail with bubblewrap" in said.stderr + said.stdout


def test_what_demands_a_wall_opens_nothing_behind_a_lesser_one(monkeypatch):
    """Should a process of production get that far without bubblewrap, it still parses nothing."""
    monkeypatch.setattr(jail, "_demanded", set())
    monkeypatch.setattr(jail, "wall", lambda: Wall.LIMITS)
    jail.command("x", limits=jail.Limits())
    jail.demand(Wall.BUBBLEWRAP)
    with pytest.raises(NoWall):
        jail.command("x", limits=jail.Limits())


def test_production_demands_bubblewrap(good):
    asks = "import django; django.setup(); from apps.intake import jail; print(jail._demanded)"
    said = run(good | {"DJANGO_SETTINGS_MODULE": "portal.settings"}, "-c", asks)
    assert "bubblewrap" in said.stdout, said.stderr


def test_demo_people_are_not_added_in_production(settings):
    settings.EMBEDDED = False
    with pytest.raises(CommandError, match="only in the embedded profile"):
        call_command("seed", "--people")


def test_demo_people_in_the_database_are_an_error(house, settings):
    settings.EMBEDDED = False
    assert [one.id for one in checks.the_people(None, ["default"])] == ["portal.E005"]


@pytest.fixture
def serves(good, django_db_setup, bubblewrap) -> dict[str, str]:
    """Production on the database of the tests."""
    return good | {"DATABASE_URL": our_database(*server.role("app")), "C_FORCE_ROOT": "1"}


@pytest.mark.parametrize("what", SERVING)
def test_nothing_serves_demo_people_in_production(real_house, serves, what):
    said = run(serves, *SERVING[what])
    assert said.returncode == 1
    assert "People of the demo are in this database" in said.stderr + said.stdout


@pytest.mark.parametrize("what", SERVING)
def test_nothing_serves_as_a_role_that_no_wall_binds(serves, committed, what):
    name, password = "mighty", TOKEN
    with server.admin() as db:
        db.execute("DROP ROLE IF EXISTS mighty")
        db.execute(f"CREATE ROLE mighty LOGIN SUPERUSER PASSWORD '{password}'")
        try:
            said = run(serves | {"DATABASE_URL": our_database(name, password)}, *SERVING[what])
        finally:
            db.execute("DROP ROLE mighty")
    assert said.returncode == 1
    assert "no wall between organisations holds" in said.stderr + said.stdout


@pytest.mark.parametrize("what", SERVING)
def test_nothing_serves_from_a_database_that_nobody_could_look_at(serves, what):
    url = f"postgresql://portal_app:{TOKEN}@127.0.0.1:9/portal"
    said = run(serves | {"DATABASE_URL": url}, *SERVING[what])
    assert said.returncode == 1
    assert checks.NO_ANSWER in said.stderr + said.stdout


def test_what_was_looked_over_serves_over_tls_alone(serves, committed):
    """And what is forked of it inherits no connection."""
    assert run(serves, "manage.py", "collectstatic", "--noinput").returncode == 0
    said = run(serves, "-c", OPEN)
    assert said.stdout.splitlines() == [
        "None",
        "http 301 Moved Permanently https://portal.test/sign-in/",
        "https 200 OK __Host-csrf Secure",
    ], said.stderr


OPEN = """
from wsgiref.util import setup_testing_defaults
from portal.wsgi import application
from django.db import connections
print(connections["default"].connection)
for scheme in ("http", "https"):
    asked = {"HTTP_HOST": "portal.test", "HTTP_X_FORWARDED_PROTO": scheme, "PATH_INFO": "/sign-in/"}
    setup_testing_defaults(asked)
    def say(status, headers):
        told = dict(headers)
        cookie = told.get("Set-Cookie", "")
        name = [cookie.split("=")[0].strip(), "Secure"] if "; Secure" in cookie else []
        print(scheme, status, *([told["Location"]] if "Location" in told else name))
    application(asked, say)
"""


def test_a_role_that_may_do_everything_is_an_error(settings, monkeypatch, db):
    settings.EMBEDDED = False
    assert checks.the_role(None, ["default"]) == []
    monkeypatch.setattr(checks, "RIGHTS", "SELECT false, true")
    assert [one.id for one in checks.the_role(None, ["default"])] == ["portal.E004"]


def test_the_embedded_profile_is_none_to_deploy():
    assert [one.id for one in checks.the_profile(None)] == ["portal.E001"]


def test_a_wall_with_a_hole_is_an_error(monkeypatch):
    holed = jail.Standing(Wall.BUBBLEWRAP, network=True, files=False, children=False)
    monkeypatch.setattr(jail, "wall", lambda: Wall.BUBBLEWRAP)
    monkeypatch.setattr(jail, "standing", lambda: holed)
    assert [one.id for one in checks.the_wall(None)] == ["portal.E003"]


# The sequencer is told nothing but what it needs, and that must be good.


@pytest.fixture
def sealing(tmp_path: Path) -> dict[str, str]:
    return {
        "PORTAL_PROFILE": "production",
        "DATABASE_ROLE": "sequencer",
        "DATABASE_SEQUENCER_URL": f"postgresql://portal_sequencer:{TOKEN}@database.test/portal",
        "SEQUENCER_KEYS_FILE": secret(tmp_path, "keys", "one"),
    }


def test_a_sequencer_needs_none_of_the_portals_secrets(sealing):
    assert list(profiles.refusals(sealing)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"DATABASE_SEQUENCER_URL": ""}, "DATABASE_URL is missing"),
        ({"DATABASE_SEQUENCER_URL": "postgresql://portal_sequencer:abc@h/n"}, "too easy to guess"),
        ({"SEQUENCER_KEYS_FILE": ""}, "names no file"),
        ({"SEQUENCER_KEYS_FILE": "/no/such/file"}, "names no file"),
    ],
)
def test_a_sequencer_does_not_start_without(sealing, change, said):
    [refusal] = profiles.refusals({**sealing, **change})
    assert said in refusal


def test_a_sequencer_does_not_start_with_keys_that_others_read(sealing):
    Path(sealing["SEQUENCER_KEYS_FILE"]).chmod(0o644)
    [refusal] = profiles.refusals(sealing)
    assert "open to others" in refusal
