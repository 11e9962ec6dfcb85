"""Events as people say them: what a page shows for each kind."""

from typing import NamedTuple

from apps.audit.tags import Tag


class Words(NamedTuple):
    title: str
    tone: str = "idle"  # of a badge
    icon: str = ""


WORDS: dict[Tag, Words] = {
    Tag.PERSON_ADDED: Words("Person added", "info", "user"),
    Tag.ROLES_CHANGED: Words("Roles changed", "info", "users"),
    Tag.PASSWORD_CHANGED: Words("Password changed", "info", "key"),
    Tag.SIGNED_IN: Words("Signed in", "idle", "key"),
    Tag.SIGNED_OUT: Words("Signed out", "idle", "out"),
    Tag.SIGN_IN_FAILED: Words("Sign-in failed", "bad", "lock"),
    Tag.LOCKED_OUT: Words("Locked out", "bad", "lock"),
    Tag.ACCESS_DENIED: Words("Access denied", "bad", "lock"),
    Tag.GRANT_GIVEN: Words("Access granted", "warn", "key"),
    Tag.GRANT_ENDED: Words("Access ended", "idle", "key"),
    Tag.API_KEY_ISSUED: Words("API key issued", "info", "key"),
    Tag.API_KEY_REVOKED: Words("API key revoked", "info", "key"),
    Tag.API_KEY_DENIED: Words("API key denied", "bad", "lock"),
    Tag.API_LOCKED: Words("API locked for a place", "bad", "lock"),
    Tag.KEY_MADE: Words("Key made", "idle", "key"),
    Tag.ARTIFACT_SEALED: Words("Sealed", "idle", "seal"),
    Tag.ARTIFACT_OPENED: Words("Opened", "idle", "file"),
    Tag.ARTIFACT_SHREDDED: Words("Key destroyed", "info", "trash"),
    Tag.ARTIFACT_GONE: Words("Proven gone", "info", "shield"),
    Tag.FILE_REFUSED: Words("File refused", "bad", "stop"),
    Tag.DOCUMENT_RECEIVED: Words("Received", "info", "upload"),
    Tag.CONSENT_GIVEN: Words("Consent recorded", "ok", "check"),
    Tag.CONSENT_WITHDRAWN: Words("Consent withdrawn", "warn", "stop"),
    Tag.JOB_QUEUED: Words("Queued", "idle", "jobs"),
    Tag.JOB_PARKED: Words("Waits for people", "doubt", "slit"),
    Tag.JOB_WOKEN: Words("Goes on", "idle", "jobs"),
    Tag.JOB_SUCCEEDED: Words("Finished", "ok", "check"),
    Tag.JOB_FAILED: Words("Failed", "bad", "x"),
    Tag.JOB_STOPPED: Words("Stopped", "warn", "stop"),
    Tag.DOCUMENT_READ: Words("Read", "idle", "file"),
    Tag.DOCUMENT_CLASSIFIED: Words("Classified", "idle", "file"),
    Tag.DOCUMENT_FLAGGED: Words("Flagged", "warn", "flag"),
    Tag.STANDARD_SET: Words("Reading held to a standard", "warn", "chart"),
    Tag.TASK_OPENED: Words("In doubt", "doubt", "slit"),
    Tag.TASK_CLAIMED: Words("Slit taken", "idle", "slit"),
    Tag.TASK_RELEASED: Words("Slit given back", "idle", "slit"),
    Tag.CROP_DELIVERED: Words("Slit shown", "idle", "slit"),
    Tag.LINE_GRANTED: Words("Line asked for", "warn", "wide"),
    Tag.LINE_DELIVERED: Words("Line shown", "warn", "wide"),
    Tag.TASK_DECIDED: Words("Decided", "ok", "check"),
    Tag.TASK_ESCALATED: Words("Escalated", "warn", "flag"),
    Tag.TASK_SKIPPED: Words("Skipped", "idle", "skip"),
    Tag.DECISION_UNDONE: Words("Taken back", "idle", "undo"),
    Tag.DECISION_SEALED: Words("Made final", "idle", "seal"),
    Tag.TASK_WITHDRAWN: Words("Slit withdrawn", "warn", "stop"),
    Tag.FIELDS_SHOWN: Words("Masked fields shown", "idle", "eye-off"),
    Tag.FIELD_REVEALED: Words("Revealed", "warn", "eye"),
    Tag.RESULT_DELIVERED: Words("Delivered", "ok", "check"),
    Tag.RESULT_DOWNLOADED: Words("Downloaded", "idle", "download"),
    Tag.TRAIL_READ: Words("Trail read", "idle", "audit"),
    Tag.SEARCH_SAVED: Words("Search saved", "idle", "search"),
    Tag.SEARCH_DELETED: Words("Search deleted", "idle", "search"),
    Tag.EXPORT_ASKED: Words("Export asked for", "info", "audit"),
    Tag.EXPORT_MADE: Words("Export made", "info", "seal"),
    Tag.EXPORT_DOWNLOADED: Words("Export taken", "warn", "download"),
    Tag.EXPORT_DELETED: Words("Export deleted", "idle", "trash"),
    Tag.CHECKPOINT_SENT: Words("Checkpoint sent", "ok", "seal"),
    Tag.SEALING_BEGUN: Words("Sealing begun", "idle", "seal"),
    Tag.TRAIL_RETIRED: Words("Old events retired", "info", "trash"),
    Tag.CLOCK_SET: Words("Clock set", "idle", "clock"),
    Tag.DELETION_ASKED: Words("Deletion asked for", "warn", "trash"),
    Tag.DOCUMENT_ERASED: Words("Erased", "info", "trash"),
    Tag.RECEIPT_READ: Words("Receipt read", "idle", "seal"),
}
