"""The verbs of accounts."""

from apps.accounts.services.keys import (
    Issued,
    deny,
    holder_of,
    issue,
    keys_of,
    revoke,
)
from apps.accounts.services.leaving import leave
from apps.accounts.services.people import add_person, is_theirs, join, set_roles, sync_roles

__all__ = [
    "Issued",
    "add_person",
    "deny",
    "holder_of",
    "is_theirs",
    "issue",
    "join",
    "keys_of",
    "leave",
    "revoke",
    "set_roles",
    "sync_roles",
]
