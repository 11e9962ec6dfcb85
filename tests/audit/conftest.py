"""What the trail is tested with."""

from tests import authority as authorities
from tests.audit import exported

authority, stamped = authorities.authority, authorities.stamped
bag, halden = exported.bag, exported.halden
