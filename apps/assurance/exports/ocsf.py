"""Events as other programs for security know them: the Open Cybersecurity Schema Framework.

Our own body stays the evidence; this is a translation of it, for whoever feeds a collector. What
has no class of its own there is said as API activity, with our name for it.

Source: OCSF schema 1.9, classes 3001, 3002, 3005, 6003 and 6006.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.audit.tags import Outcome, Tag

SCHEMA = "1.9.0"
PRODUCT = {"name": "Arrowslit", "vendor_name": "Arrowslit"}
INFORMATIONAL, MEDIUM = 1, 3  # severities
SUCCEEDED, FAILED = 1, 2
OTHER = 99
A_CLASS, A_CATEGORY = 100, 1000  # an activity's and a class's place in a number


@dataclass(frozen=True, slots=True)
class Activity:
    class_uid: int
    activity_id: int

    @property
    def category_uid(self) -> int:
        return self.class_uid // A_CATEGORY

    @property
    def type_uid(self) -> int:
        return self.class_uid * A_CLASS + self.activity_id


ACCOUNT, SIGN_IN, ACCESS, API, FILE = 3001, 3002, 3005, 6003, 6006
NOT_OF_ITS_OWN = Activity(API, OTHER)
ACTIVITIES: Mapping[Tag, Activity] = {
    Tag.PERSON_ADDED: Activity(ACCOUNT, 1),
    Tag.PASSWORD_CHANGED: Activity(ACCOUNT, 3),
    Tag.LOCKED_OUT: Activity(ACCOUNT, 9),
    Tag.SIGNED_IN: Activity(SIGN_IN, 1),
    Tag.SIGN_IN_FAILED: Activity(SIGN_IN, 1),
    Tag.SIGNED_OUT: Activity(SIGN_IN, 2),
    Tag.API_KEY_DENIED: Activity(SIGN_IN, 1),
    Tag.ROLES_CHANGED: Activity(ACCESS, 1),
    Tag.GRANT_GIVEN: Activity(ACCESS, 1),
    Tag.GRANT_ENDED: Activity(ACCESS, 2),
    Tag.API_KEY_ISSUED: Activity(ACCESS, 1),
    Tag.API_KEY_REVOKED: Activity(ACCESS, 2),
    Tag.DOCUMENT_RECEIVED: Activity(FILE, 1),
    Tag.FILE_REFUSED: Activity(FILE, 1),
    Tag.RESULT_DOWNLOADED: Activity(FILE, 2),
    Tag.ARTIFACT_SHREDDED: Activity(FILE, 4),
    Tag.DOCUMENT_ERASED: Activity(FILE, 4),
    Tag.CROP_DELIVERED: Activity(FILE, 9),
    Tag.GLYPH_DELIVERED: Activity(FILE, 9),
    Tag.WIDER_DELIVERED: Activity(FILE, 9),
    Tag.LINE_DELIVERED: Activity(FILE, 9),
    Tag.PAGE_DELIVERED: Activity(FILE, 9),
    Tag.READINGS_SHOWN: Activity(FILE, 9),
    Tag.FIELDS_SHOWN: Activity(FILE, 9),
    Tag.FIELD_REVEALED: Activity(FILE, 9),
    Tag.RESULT_DELIVERED: Activity(FILE, 12),
    Tag.ARTIFACT_OPENED: Activity(FILE, 17),
    Tag.TRAIL_READ: Activity(API, 2),
    Tag.EXPORT_ASKED: Activity(API, 1),
    Tag.EXPORT_MADE: Activity(API, 1),
    Tag.EXPORT_DOWNLOADED: Activity(API, 2),
    Tag.EXPORT_DELETED: Activity(API, 4),
    Tag.RECEIPT_READ: Activity(API, 2),
}


def event(body: Mapping[str, Any], *, index: int) -> dict[str, Any]:
    """One event of ours as one of theirs; `index` is its place in the tree."""
    activity = activity_of(body["tag"])
    done = body["outcome"] == Outcome.DONE
    said: dict[str, Any] = {
        "class_uid": activity.class_uid,
        "category_uid": activity.category_uid,
        "activity_id": activity.activity_id,
        "activity_name": body["tag"],
        "type_uid": activity.type_uid,
        "time": round(datetime.fromisoformat(body["at"]).timestamp() * 1000),
        "severity_id": INFORMATIONAL if done else MEDIUM,
        "status_id": SUCCEEDED if done else FAILED,
        "status_detail": body["outcome"],
        "metadata": {"version": SCHEMA, "product": PRODUCT, "uid": body["id"], "sequence": index},
        "actor": {"user": {"uid": body["actor"]}},
        "src_endpoint": {"uid": body["address"]},
        "unmapped": {key: body[key] for key in ("subject", "request", "facts") if key in body},
    }
    if activity.class_uid == FILE:
        said["file"] = {"name": body["document"] or body["subject"], "type_id": 1}
    if activity.class_uid == API:
        said["api"] = {"operation": body["tag"]}
    if activity.class_uid in (ACCOUNT, SIGN_IN, ACCESS):
        said["user"] = {"uid": body["subject"]}
    return said


def activity_of(tag: str) -> Activity:
    """What an action is called there; of one that this version does not know, the least."""
    try:
        return ACTIVITIES.get(Tag(tag), NOT_OF_ITS_OWN)
    except ValueError:
        return NOT_OF_ITS_OWN
