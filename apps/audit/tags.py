"""Every kind of event the portal records: subject.verb, in the past tense.

Values are stored and signed; to change one is to write a migration.
"""

from enum import StrEnum


class Tag(StrEnum):
    # People
    PERSON_ADDED = "person.added"
    ROLES_CHANGED = "person.roles_changed"
    PASSWORD_CHANGED = "person.password_changed"  # noqa: S105 - a kind of event
    SIGNED_IN = "person.signed_in"
    SIGNED_OUT = "person.signed_out"
    SIGN_IN_FAILED = "person.sign_in_failed"
    LOCKED_OUT = "person.locked_out"
    ACCESS_DENIED = "access.denied"
    GRANT_GIVEN = "grant.given"
    GRANT_ENDED = "grant.ended"
    API_KEY_ISSUED = "api_key.issued"
    API_KEY_REVOKED = "api_key.revoked"
    API_KEY_DENIED = "api_key.denied"
    API_LOCKED = "api.locked"
    # Keys and sealed bytes
    KEY_MADE = "key.made"
    ARTIFACT_SEALED = "artifact.sealed"
    ARTIFACT_OPENED = "artifact.opened"
    ARTIFACT_SHREDDED = "artifact.shredded"
    ARTIFACT_GONE = "artifact.gone"
    # A document's way
    FILE_REFUSED = "file.refused"
    DOCUMENT_RECEIVED = "document.received"
    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    JOB_QUEUED = "job.queued"
    JOB_PARKED = "job.parked"
    JOB_WOKEN = "job.woken"
    JOB_SUCCEEDED = "job.succeeded"
    JOB_FAILED = "job.failed"
    JOB_STOPPED = "job.stopped"
    DOCUMENT_READ = "document.read"
    DOCUMENT_CLASSIFIED = "document.classified"
    DOCUMENT_FLAGGED = "document.flagged"
    STANDARD_SET = "standard.set"
    # Review
    TASK_OPENED = "task.opened"
    TASK_CLAIMED = "task.claimed"
    TASK_RELEASED = "task.released"
    CROP_DELIVERED = "crop.delivered"
    LINE_GRANTED = "line.granted"
    LINE_DELIVERED = "line.delivered"
    TASK_DECIDED = "task.decided"
    TASK_ESCALATED = "task.escalated"
    TASK_SKIPPED = "task.skipped"
    DECISION_UNDONE = "decision.undone"
    DECISION_SEALED = "decision.sealed"
    TASK_WITHDRAWN = "task.withdrawn"
    # What leaves
    FIELDS_SHOWN = "fields.shown"
    FIELD_REVEALED = "field.revealed"
    RESULT_DELIVERED = "result.delivered"
    RESULT_DOWNLOADED = "result.downloaded"
    # The trail itself
    TRAIL_READ = "trail.read"
    SEARCH_SAVED = "search.saved"
    SEARCH_DELETED = "search.deleted"
    EXPORT_ASKED = "export.asked"
    EXPORT_MADE = "export.made"
    EXPORT_DOWNLOADED = "export.downloaded"
    EXPORT_DELETED = "export.deleted"
    CHECKPOINT_SENT = "checkpoint.sent"
    SEALING_BEGUN = "sealing.begun"
    TRAIL_RETIRED = "trail.retired"
    # The end
    CLOCK_SET = "clock.set"
    DELETION_ASKED = "deletion.asked"
    DOCUMENT_ERASED = "document.erased"
    RECEIPT_READ = "receipt.read"


class Outcome(StrEnum):
    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"
