"""Every kind of event the portal records: subject.verb, in the past tense.

Values are stored and signed; to change one is to write a migration.
"""

from enum import StrEnum


class Tag(StrEnum):
    # People
    PERSON_ADDED = "person.added"
    ROLES_CHANGED = "person.roles_changed"
    SIGNED_IN = "person.signed_in"
    SIGNED_OUT = "person.signed_out"
    SIGN_IN_FAILED = "person.sign_in_failed"
    LOCKED_OUT = "person.locked_out"
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
    TRANSCRIPT_MADE = "transcript.made"
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
    TRANSCRIPT_DOWNLOADED = "transcript.downloaded"
    TRAIL_READ = "trail.read"
    # The end
    CLOCK_SET = "clock.set"
    DELETION_ASKED = "deletion.asked"
    DOCUMENT_ERASED = "document.erased"
    RECEIPT_READ = "receipt.read"
    ERASURE_STUCK = "erasure.stuck"
    ARTIFACT_LOST = "artifact.lost"
    POLICY_PROPOSED = "policy.proposed"
    POLICY_APPROVED = "policy.approved"
    POLICY_DECLINED = "policy.declined"
    POLICY_APPLIED = "policy.applied"
    EXCEPTION_MADE = "exception.made"
    EXCEPTION_ENDED = "exception.ended"
    HOLD_PLACED = "hold.placed"
    HOLD_LIFT_ASKED = "hold.lift_asked"
    HOLD_KEPT = "hold.kept"
    HOLD_LIFTED = "hold.lifted"
    CERTIFICATE_ISSUED = "certificate.issued"
    CERTIFICATE_TAKEN = "certificate.taken"


class Outcome(StrEnum):
    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"
