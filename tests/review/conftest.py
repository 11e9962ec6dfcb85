"""What review is tested with."""

from tests.intake import browsers, rooms
from tests.intake.conftest import stored as _stored
from tests.review import classes
from tests.review import desk as desks
from tests.review import known as knowns

as_, built, house, stored = browsers.as_, rooms.built, rooms.house, _stored
desk, real_desk = desks.desk, desks.real_desk
all_lots_fall, mixed = knowns.all_lots_fall, knowns.mixed
asked = classes.asked
