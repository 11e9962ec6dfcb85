"""What the trail is tested with."""

from tests.audit import exported

authority, bag, halden, stamped = (
    exported.authority,
    exported.bag,
    exported.halden,
    exported.stamped,
)
