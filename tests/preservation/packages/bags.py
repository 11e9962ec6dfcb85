"""Packages as they leave, made once; and how to forge one and seal it again."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile

from django.contrib.auth.models import Permission
from django.utils import timezone

from apps.accounts.models import User
from apps.audit import anchoring
from apps.base.ids import uuid7
from apps.jobs import runner
from apps.jobs.flow import State
from apps.preservation.models import Package, RecordTimestamp
from apps.preservation.packages import services as evidencing
from apps.preservation.packages.services import Why
from apps.preservation.services.stamping import SHOWN
from apps.vault import services as vault
from portal.demo import stamping
from tests.conftest import SYSTEM
from tests.sealing import keys

KEY = str(keys().verifiers[0])


def may_take_original(user):
    """The person with the permission that sealing gives to a few."""
    user.user_permissions.add(Permission.objects.get(codename="download_original"))
    return User.objects.get(pk=user.pk)


def stamped(record):
    """An authority's answer about the hash of a record, and a later one over that."""
    first = _stamp(record, bytes.fromhex(record.sha256))
    earlier = hashlib.sha256(first.token).hexdigest()
    shown = SHOWN.format(sha256=record.sha256, sha512=record.sha512, stamp=earlier)
    _stamp(record, hashlib.sha256(shown.encode()).digest(), over=first, shown=shown)


def _stamp(record, digest, **more):
    query, _ = anchoring.authorities.query_of(digest)
    return RecordTimestamp.objects.create(
        id=uuid7(),
        organisation_id=record.organisation_id,
        record=record,
        authority="local:",
        at=timezone.now(),
        imprint=digest.hex(),
        signer="0" * 64,
        token=stamping.answer("local:", query),
        **more,
    )


def made(record, user, *, original=True):
    """A package of a record, while somebody seals."""
    package = evidencing.ask(record, reason=Why.COURT, original=original, user=user)
    job = evidencing.job_of(package)
    runner.run(job.pk)
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED, job.explanation
    return Package.objects.select_related("artifact", "record", "asked_by").get(pk=package.pk)


def unpacked(package, folder):
    with (
        vault.open(package.artifact, actor=SYSTEM, purpose="test") as source,
        zipfile.ZipFile(source) as archive,
    ):
        archive.extractall(folder)
    return folder / package.reference


def copied(bag, folder):
    shutil.copytree(bag, folder / bag.name)
    return folder / bag.name


def verify(bag, *more, key=KEY):
    """The verifier out of the bag, as a stranger runs it: no network, nothing of ours."""
    asked = ["--key", key] if key else []
    done = subprocess.run(
        [sys.executable, "-I", "-S", bag / "verify_evidence.py", bag, *asked, *map(str, more)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def failed(said):
    return {line.split()[1] for line in said.splitlines() if line.startswith("FAIL")}


def json_of(bag, name):
    return json.loads((bag / "data" / name).read_text())


def write(bag, name, said):
    (bag / "data" / name).write_text(json.dumps(said, indent=1, sort_keys=True) + "\n")


def lines_of(bag):
    return [json.loads(line) for line in (bag / "data/custody.jsonl").read_text().splitlines()]


def write_lines(bag, lines):
    (bag / "data/custody.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))


def seal(bag):
    """Make both manifests fit again, as whoever forges would."""
    files = sorted(path for path in bag.rglob("*") if path.is_file())
    names = {path.relative_to(bag).as_posix(): path for path in files}
    payload = {name: path for name, path in names.items() if name.startswith("data/")}
    _manifest(bag / "manifest-sha256.txt", payload)
    tags = {
        name: path
        for name, path in names.items()
        if name not in payload and name != "tagmanifest-sha256.txt"
    }
    _manifest(bag / "tagmanifest-sha256.txt", tags)


def _manifest(path, names):
    digests = {name: hashlib.sha256(one.read_bytes()).hexdigest() for name, one in names.items()}
    path.write_text("".join(f"{digest}  {name}\n" for name, digest in digests.items()))
