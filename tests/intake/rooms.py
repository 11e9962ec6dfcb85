"""The house of the cast, built once for a module; each test gets it as it was built.

Building takes longer than most tests. Nothing is ever committed: a module's transaction holds
the house, a savepoint in it holds a test. A module that commits must use `real_house` only.
"""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from apps.base.scope import acting_for
from tests.conftest import House

QUICK = "django.contrib.auth.hashers.MD5PasswordHasher"


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(PASSWORD_HASHERS=[QUICK]):
            house = House()
        yield house
        transaction.set_rollback(True)


@pytest.fixture
def house(built: House, django_db_blocker: Any) -> Iterator[House]:
    with django_db_blocker.unblock(), transaction.atomic():
        with acting_for(built.halden.pk):
            yield copy.deepcopy(built)
        transaction.set_rollback(True)
