"""Set clocks, hold, erase what is due or asked for, and prove that it is gone."""

from apps.retention.services.certificates import certify, of_document, public_key
from apps.retention.services.clocks import rewind, wind
from apps.retention.services.erasing import delete, withdraw
from apps.retention.services.exceptions import end_exception, except_, tell
from apps.retention.services.holds import (
    Placed,
    Wanted,
    ask_to_lift,
    covering,
    keep_on,
    lift,
    place,
    references_of,
    scope_in_words,
)
from apps.retention.services.proposals import (
    approve,
    decline,
    dry_run,
    propose,
    propose_files,
    take_effect,
)
from apps.retention.services.rounds import go_round
from apps.retention.services.sweeping import erase_due
from apps.retention.services.versions import (
    current_policy,
    drift,
    faults_in_files,
    in_files,
    policy_of,
    version_in_force,
)

__all__ = [
    "Placed",
    "Wanted",
    "approve",
    "ask_to_lift",
    "certify",
    "covering",
    "current_policy",
    "decline",
    "delete",
    "drift",
    "dry_run",
    "end_exception",
    "erase_due",
    "except_",
    "faults_in_files",
    "go_round",
    "in_files",
    "keep_on",
    "lift",
    "of_document",
    "place",
    "policy_of",
    "propose",
    "propose_files",
    "public_key",
    "references_of",
    "rewind",
    "scope_in_words",
    "take_effect",
    "tell",
    "version_in_force",
    "wind",
    "withdraw",
]
