"""The portal as it is, with an engine that costs nothing and gates to stop at."""

from portal.settings import *  # noqa: F403
from portal.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.crash.gates.Gates"]
READER_COMMAND = ["apps.extraction.engines.serve", "fake"]
