"""Set clocks, hold, erase what is due or asked for, and prove that it is gone."""

from apps.retention.services.certificates import certify, of_document, public_key
from apps.retention.services.clocks import rewind, wind
from apps.retention.services.disposals import agree, extend
from apps.retention.services.erasing import delete
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
from apps.retention.services.reminding import going_soon, remind
from apps.retention.services.rounds import go_round
from apps.retention.services.subjects import (
    close_request,
    erase_item,
    open_request,
    refuse_item,
)
from apps.retention.services.sweeping import erase_due
from apps.retention.services.switches import turn
from apps.retention.services.versions import (
    current_policy,
    drift,
    faults_in_files,
    in_files,
    policy_of,
    version_in_force,
)
from apps.retention.services.withdrawing import narrow, withdraw

__all__ = [
    "Placed",
    "Wanted",
    "agree",
    "approve",
    "ask_to_lift",
    "certify",
    "close_request",
    "covering",
    "current_policy",
    "decline",
    "delete",
    "drift",
    "dry_run",
    "end_exception",
    "erase_due",
    "erase_item",
    "except_",
    "extend",
    "faults_in_files",
    "go_round",
    "going_soon",
    "in_files",
    "keep_on",
    "lift",
    "narrow",
    "of_document",
    "open_request",
    "place",
    "policy_of",
    "propose",
    "propose_files",
    "public_key",
    "references_of",
    "refuse_item",
    "remind",
    "rewind",
    "scope_in_words",
    "take_effect",
    "tell",
    "turn",
    "version_in_force",
    "wind",
    "withdraw",
]
