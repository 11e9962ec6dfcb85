"""What is shipped for containers is linted and compared; there is no engine here to run it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import yaml
from django.core.management import call_command

from portal import healthcheck
from portal.embedded.binaries import Binaries
from portal.embedded.unprivileged import Unprivileged
from tests.portal.production import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "quick", "reader", "clock")
SEQUENCER = "sequencer"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
BIN = Path(sys.executable).parent


def lint(*command: str) -> None:
    said = subprocess.run(
        [str(BIN / command[0]), *command[1:]], capture_output=True, check=False, text=True
    )
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_dockerfile_passes_hadolint():
    lint("hadolint", str(DEPLOY / "Dockerfile"))


def test_the_compose_file_passes_yamllint():
    lint("yamllint", "--strict", f"--config-file={DEPLOY}/yamllint.yaml", f"{DEPLOY}/compose.yaml")


def test_the_example_is_what_the_settings_say(capsys):
    call_command("envexample")
    assert capsys.readouterr().out == (DEPLOY / "env.example").read_text()


def test_every_service_that_the_portal_needs_is_there():
    assert set(SERVICES) == {*OURS, SEQUENCER, "proxy", "database", "queue", "store", "bucket"}


def test_whatever_opens_documents_knows_the_bucket():
    knowing = {name for name, one in SERVICES.items() if "BUCKET" in one.get("environment", {})}
    assert knowing == set(OURS) - {"migrate"}
    named = SERVICES["web"]["environment"]
    read = {word for word in (ROOT / "portal/bucket.py").read_text().split('"') if "BUCKET" in word}
    second = {name for name in read if name.startswith("SECOND_")}  # of another provider
    assert {name.removesuffix("_FILE") for name in named} == read - second


def test_only_the_proxy_has_ports_of_the_host():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert not any(service.get("network_mode") for service in SERVICES.values())
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = [name for name, service in SERVICES.items() if "outside" in service["networks"]]
    assert outside == ["proxy"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_few_rights(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    assert "SYS_ADMIN" not in service.get("cap_add", [])
    if name != "database":  # its image changes to its own user by itself
        assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_asked_whether_it_lives(name):
    check = SERVICES[name]["healthcheck"]
    once = name in ("migrate", "clock", "bucket", SEQUENCER)  # or has no port to be asked at
    assert check == {"disable": True} if once else check["test"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_lies_in_the_environment(name):
    given = SERVICES[name].get("environment", {})
    wrong = [key for key in given if ("PASSWORD" in key or "URL" in key or "KEY" in key)
             and not key.endswith("_FILE")]  # fmt: skip
    assert wrong == []


def test_every_secret_is_a_file_that_is_declared():
    used = {name for one in SERVICES.values() for name in one.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    told = (DEPLOY / "README.md").read_text()
    assert [name for name in used if f"`{name}`" not in told] == []
    ignored = (ROOT / ".gitignore").read_text() + (ROOT / ".dockerignore").read_text()
    assert ignored.count("deploy/secrets") == 2


def test_only_the_migration_knows_the_owner_of_the_tables():
    knowing = [name for name, one in SERVICES.items()
               if "database-owner-url" in one.get("secrets", [])]  # fmt: skip
    assert knowing == ["migrate"]


def test_the_sequencer_has_its_own_secrets_and_nobody_elses():
    own = {"database-sequencer-url", "sequencer-keys"}
    assert set(SERVICES[SEQUENCER]["secrets"]) == own
    assert not SERVICES[SEQUENCER]["env_file"]
    assert not SERVICES[SEQUENCER]["volumes"]
    others = [name for name, one in SERVICES.items()
              if name != SEQUENCER and own & set(one.get("secrets", []))]  # fmt: skip
    assert others == []


def test_the_image_runs_as_nobody_special_with_the_hashed_lock_and_bubblewrap():
    assert "--require-hashes" in DOCKERFILE
    assert DOCKERFILE.count("\nFROM ") == 2
    assert DOCKERFILE.index("useradd") < DOCKERFILE.index("\nUSER 10001:10001")
    assert "bubblewrap" in DOCKERFILE
    assert "PORTAL_PROFILE=production" in DOCKERFILE


def test_what_the_files_name_exists():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                assert (DEPLOY / volume.split(":")[0]).exists()
    copied = [line.split()[1] for line in DOCKERFILE.splitlines()
              if line.startswith("COPY ") and "--from" not in line]  # fmt: skip
    assert copied
    assert all((ROOT / name).exists() for name in copied)


def test_the_readme_says_that_nothing_was_run():
    for page in (DEPLOY / "README.md", ROOT / "README.md"):
        assert "not built or run" in page.read_text().replace("\n", " ")


@pytest.mark.parametrize("hosts", ["portal.test"])
def test_a_web_server_that_is_not_there_is_not_healthy(monkeypatch, hosts):
    monkeypatch.setenv("ALLOWED_HOSTS", hosts)
    monkeypatch.setenv("PORT", "9")
    monkeypatch.setattr("sys.argv", ["healthcheck"])
    assert healthcheck.main() == 1


def test_the_script_makes_roles_that_walls_bind(tmp_path_factory):
    """On a server of its own, with the programs of PostgreSQL that we ship."""
    folder = Path(f"/tmp/roles-{os.getpid()}")
    folder.mkdir(mode=0o755)
    programs = Binaries.find()
    data, secrets = folder / "data", folder / "secrets"
    for one in (data, secrets):
        one.mkdir(mode=0o700)
    for name in ("owner", "app", "sequencer"):
        (secrets / f"database-{name}-password").write_text(f"{name}'s\n")
    (folder / "password").write_text("super")
    account = Unprivileged.for_folder(data, programs.folder)
    account.own(data, folder / "password", folder)
    account.run(programs.initdb(data, folder / "password", "postgres"))
    server = account.start(programs.postgres(data, folder, {"listen_addresses": ""}))
    try:
        said = _roles(folder, secrets, programs.folder)
        assert said.returncode == 0, said.stderr
        url = f"host={folder} dbname=postgres user=portal_app password=app's"
        with psycopg.connect(url.replace("app's", r"app\'s")) as db:
            row = db.execute(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
                " WHERE rolname = current_user"
            ).fetchone()
            assert row == (False, False, False, False)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute("CREATE TABLE mine (id int)")
    finally:
        server.send_signal(signal.SIGINT)  # fast: it waits for no session
        server.wait(60)
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def _roles(folder, secrets, programs):
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}", "PGHOST": str(folder), "PGPASSWORD": "super",
        "POSTGRES_USER": "postgres", "POSTGRES_DB": "postgres", "SECRETS": str(secrets),
    }  # fmt: skip
    for _ in range(50):
        said = subprocess.run(
            ["sh", str(DEPLOY / "postgres/roles.sh")],
            env=environment, capture_output=True, check=False, text=True,
        )  # fmt: skip
        if said.returncode == 0 or "already exists" in said.stderr:
            return said
        time.sleep(0.2)
    return said
