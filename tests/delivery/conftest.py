"""What delivery is tested with."""

from tests.intake import browsers, rooms
from tests.intake.conftest import stored as _stored
from tests.review import desk as desks

as_, built, house, stored = browsers.as_, rooms.built, rooms.house, _stored
desk, real_desk = desks.desk, desks.real_desk
