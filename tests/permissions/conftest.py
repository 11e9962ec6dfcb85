"""The table is tried in a world that is built once for a module; each test gets it as it was.

Nothing is ever committed: a module's transaction holds the world, a savepoint in it holds a test,
and another one each question that somebody asks.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from apps.audit import covering
from apps.base.scope import acting_for
from tests.intake.rooms import QUICK
from tests.permissions.world import World, taken_back


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    vault = tmp_path_factory.mktemp("vault")
    said = {"VAULT_DIR": vault, "PASSWORD_HASHERS": [QUICK]}
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(covering, "are_leaves", lambda events: True)  # as in every other test
        with override_settings(**said):
            world = World(vault, patch)
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, django_db_blocker: Any, settings: Any) -> Iterator[World]:
    settings.VAULT_DIR = built.vault
    with django_db_blocker.unblock(), taken_back(), acting_for(built.house.halden.pk):
        yield built
