"""Kinds of events as an officer asks for them: a few groups instead of seventy names."""

from enum import StrEnum

from apps.audit.tags import Tag


class Group(StrEnum):
    SEEN = "seen"
    CHANGED = "changed"
    WITHHELD = "withheld"
    SIGN_IN = "sign-in"
    PEOPLE = "people"
    TRAIL = "trail"
    KEYS = "keys"
    RETENTION = "retention"
    CONSENT = "consent"
    WORK = "work"


TITLES: dict[Group, str] = {
    Group.SEEN: "Content seen or taken away",
    Group.CHANGED: "Decided by people",
    Group.WITHHELD: "Refused",
    Group.SIGN_IN: "Signing in and out",
    Group.PEOPLE: "People, roles and grants",
    Group.TRAIL: "Trail read and exported",
    Group.KEYS: "Keys and sealed bytes",
    Group.RETENTION: "Clocks and erasure",
    Group.CONSENT: "Consent and purpose",
    Group.WORK: "Reading and jobs",
}

GROUPS: dict[Group, frozenset[Tag]] = {
    Group.SEEN: frozenset(
        {
            Tag.CROP_DELIVERED,
            Tag.GLYPH_DELIVERED,
            Tag.WIDER_DELIVERED,
            Tag.LINE_DELIVERED,
            Tag.PAGE_DELIVERED,
            Tag.PICTURE_SHOWN,
            Tag.READINGS_SHOWN,
            Tag.FIELDS_SHOWN,
            Tag.FIELD_REVEALED,
            Tag.RESULT_DELIVERED,
            Tag.RESULT_DOWNLOADED,
            Tag.TRANSCRIPT_DOWNLOADED,
            Tag.RECORD_SHOWN,
            Tag.ORIGINAL_DOWNLOADED,
            Tag.EVIDENCE_DOWNLOADED,
            Tag.ARTIFACT_OPENED,
        }
    ),
    Group.CHANGED: frozenset(
        {
            Tag.TASK_DECIDED,
            Tag.TASK_ESCALATED,
            Tag.TASK_SKIPPED,
            Tag.DECISION_UNDONE,
            Tag.DECISION_SEALED,
            Tag.DECISION_CORRECTED,
            Tag.APPROVAL_RECORDED,
            Tag.RECORD_CORRECTED,
            Tag.DIGITS_CONFIRMED,
            Tag.DIGITS_DOUBTED,
            Tag.MORE_ASKED,
            Tag.MORE_DECLINED,
            Tag.WIDER_GRANTED,
            Tag.LINE_GRANTED,
            Tag.PAGE_GRANTED,
            Tag.STANDARD_SET,
            Tag.PRACTICE_SET,
            Tag.QUALITY_RULE_SET,
            Tag.TRUST_SET,
        }
    ),
    Group.WITHHELD: frozenset(
        {
            Tag.SIGN_IN_FAILED,
            Tag.LOCKED_OUT,
            Tag.ACCESS_DENIED,
            Tag.API_KEY_DENIED,
            Tag.API_LOCKED,
            Tag.FILE_REFUSED,
        }
    ),
    Group.SIGN_IN: frozenset({Tag.SIGNED_IN, Tag.SIGNED_OUT, Tag.PASSWORD_CHANGED}),
    Group.PEOPLE: frozenset(
        {
            Tag.PERSON_ADDED,
            Tag.ROLES_CHANGED,
            Tag.GRANT_GIVEN,
            Tag.GRANT_ENDED,
            Tag.API_KEY_ISSUED,
            Tag.API_KEY_REVOKED,
            Tag.SCOPE_ASSIGNED,
            Tag.SCOPE_TAKEN,
            Tag.REVIEWER_PAUSED,
            Tag.REVIEWER_RESUMED,
        }
    ),
    Group.TRAIL: frozenset(
        {
            Tag.TRAIL_READ,
            Tag.RECEIPT_READ,
            Tag.SEARCH_SAVED,
            Tag.SEARCH_DELETED,
            Tag.EXPORT_ASKED,
            Tag.EXPORT_MADE,
            Tag.EXPORT_DOWNLOADED,
            Tag.EXPORT_DELETED,
            Tag.EVIDENCE_ASKED,
            Tag.EVIDENCE_COMMITTED,
            Tag.EVIDENCE_MADE,
            Tag.EVIDENCE_DELETED,
            Tag.CHECKPOINT_SENT,
            Tag.SEALING_BEGUN,
            Tag.TRAIL_RETIRED,
        }
    ),
    Group.KEYS: frozenset(
        {
            Tag.KEY_MADE,
            Tag.ARTIFACT_SEALED,
            Tag.ARTIFACT_SHREDDED,
            Tag.ARTIFACT_GONE,
            Tag.ARTIFACT_LOST,
            Tag.RECORD_SEALED,
            Tag.COPY_MADE,
            Tag.COPIES_CHECKED,
            Tag.COPY_DAMAGED,
            Tag.COPY_REPAIRED,
        }
    ),
    Group.RETENTION: frozenset(
        {
            Tag.CLOCK_SET,
            Tag.DELETION_ASKED,
            Tag.DOCUMENT_ERASED,
            Tag.ERASURE_STUCK,
            Tag.POLICY_PROPOSED,
            Tag.POLICY_APPROVED,
            Tag.POLICY_DECLINED,
            Tag.POLICY_APPLIED,
            Tag.MOMENT_TOLD,
            Tag.EXCEPTION_MADE,
            Tag.EXCEPTION_ENDED,
            Tag.DISPOSAL_PROPOSED,
            Tag.DISPOSAL_APPROVED,
            Tag.REMINDER_SENT,
            Tag.HOLD_PLACED,
            Tag.HOLD_LIFT_ASKED,
            Tag.HOLD_KEPT,
            Tag.HOLD_LIFTED,
            Tag.CERTIFICATE_ISSUED,
            Tag.CERTIFICATE_TAKEN,
        }
    ),
    Group.CONSENT: frozenset(
        {
            Tag.DOCUMENT_RECEIVED,
            Tag.CONSENT_GIVEN,
            Tag.CONSENT_NARROWED,
            Tag.CONSENT_WITHDRAWN,
            Tag.SUBJECT_ASKED,
            Tag.SUBJECT_ANSWERED,
            Tag.USE_TURNED,
        }
    ),
    Group.WORK: frozenset(
        {
            Tag.JOB_QUEUED,
            Tag.JOB_PARKED,
            Tag.JOB_WOKEN,
            Tag.JOB_SUCCEEDED,
            Tag.JOB_FAILED,
            Tag.JOB_STOPPED,
            Tag.SIGNATURES_VALIDATED,
            Tag.RECORD_STAMPED,
            Tag.REVOCATION_LEARNT,
            Tag.DOCUMENT_READ,
            Tag.DOCUMENT_CLASSIFIED,
            Tag.DOCUMENT_FLAGGED,
            Tag.TRANSCRIPT_MADE,
            Tag.TASK_OPENED,
            Tag.TASK_CLAIMED,
            Tag.TASK_RELEASED,
            Tag.TASK_WITHDRAWN,
        }
    ),
}
