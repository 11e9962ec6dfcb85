"""A sweep that is killed: nothing is half erased and readable, nothing is certified too soon."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.base.errors import Gone
from apps.retention import services as retention
from apps.retention.models import Certificate
from apps.vault import services as vault
from apps.vault.models import Artifact, ArtifactKey
from tests.conftest import SYSTEM
from tests.delivery.papers import clear

LATER = timedelta(days=400)
WHERE = {
    "between two parts": ("apps.retention.services.sweeping", "erase_kind", 3),
    "before it commits": ("apps.retention.services.sweeping.Batch", "close", 1),
    "before its bytes are deleted": ("apps.vault.shredding", "_remove_all", 1),
}
SWEEPER = """
import os, signal, sys
from datetime import timedelta
from importlib import import_module
import django
django.setup()
from django.conf import settings
from django.db import connection
from django.utils import timezone
name, place, after, organisation, database, user, password, vault = sys.argv[1:]
connection.settings_dict.update(NAME=database, USER=user, PASSWORD=password)
settings.VAULT_DIR = __import__("pathlib").Path(vault)
try:
    holder = import_module(name)
except ModuleNotFoundError:
    module, _, part = name.rpartition(".")
    holder = getattr(import_module(module), part)
real, calls = getattr(holder, place), []
def doomed(*args, **kwargs):
    calls.append(1)
    if len(calls) == int(after):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **kwargs)
setattr(holder, place, doomed)
from apps.base.scope import acting_for
from apps.retention import services as retention
with acting_for(organisation):
    retention.erase_due(now=timezone.now() + timedelta(days=400))
"""


@pytest.fixture
def document(real_desk):
    return clear(real_desk)


def kill_a_sweep(house, settings, where: str) -> None:
    about = connection.settings_dict
    module, place, after = WHERE[where]
    database = [about["NAME"], about["USER"], about["PASSWORD"]]
    asked = [module, place, str(after), str(house.halden.pk), *database, str(settings.VAULT_DIR)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    ended = subprocess.run(
        [sys.executable, "-c", SWEEPER, *asked], env=environment, capture_output=True, text=True
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr[-2000:]


@pytest.mark.parametrize("where", list(WHERE)[:2])
def test_killed_before_its_end_a_sweep_has_erased_nothing(real_desk, settings, document, where):
    kill_a_sweep(real_desk.house, settings, where)
    alive = Artifact.objects.alive().count()
    assert alive == ArtifactKey.objects.count() == 4
    with vault.open(document.original, actor=SYSTEM, purpose="test") as source:
        assert source.read()
    assert retention.erase_due(now=timezone.now() + LATER) == 4


def test_killed_after_its_end_it_leaves_bytes_that_nobody_can_read_or_certify(
    real_desk, settings, document, stored
):
    kill_a_sweep(real_desk.house, settings, "before its bytes are deleted")
    assert stored()
    assert not ArtifactKey.objects.exists()
    assert not Artifact.objects.exclude(gone_at=None).exists()
    for artifact in Artifact.objects.all():
        with pytest.raises(Gone):
            vault.open(artifact, actor=SYSTEM, purpose="test")
    house = real_desk.house
    assert retention.certify(house.halden.pk, now=timezone.now() + LATER) == 0
    assert not Certificate.objects.exists()
    assert retention.erase_due(now=timezone.now() + LATER) == 0
    assert stored() == []
    assert retention.certify(house.halden.pk, now=timezone.now() + LATER) == 4


def test_what_a_rolled_back_erasure_gathered_keeps_its_bytes(real_desk, document, stored):
    """Its keys came back, so its bytes must not go."""
    files = stored()
    with transaction.atomic(), vault.together():
        _shred_and_fail(document)
    assert stored() == files
    assert Artifact.objects.alive().count() == ArtifactKey.objects.count() == 4


def _shred_and_fail(document) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        vault.shred(document.original, actor=SYSTEM, reason="test")
        raise ZeroDivisionError
