from tests.canary import ground as grounds
from tests.intake import browsers

as_, ground = browsers.as_, grounds.ground
