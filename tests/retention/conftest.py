"""What retention is tested with."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.base.scope import acting_for
from tests.intake import browsers, rooms
from tests.intake.conftest import stored as _stored
from tests.review import desk as desks

as_, built, house, stored = browsers.as_, rooms.built, rooms.house, _stored
desk, real_desk = desks.desk, desks.real_desk


@pytest.fixture
def elsewhere(real_desk):
    """Run something on another connection, for the same organisation."""

    def within(call: Callable[[], object]) -> object:
        try:
            with acting_for(real_desk.house.halden.pk):
                return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        yield lambda call: pool.submit(within, call)
