"""Events as collectors of other makers know them."""

import pytest

from apps.assurance.exports import ocsf
from apps.audit.tags import Outcome, Tag

REQUIRED = {
    "activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid",
}  # fmt: skip


def body(tag, outcome=Outcome.DONE):
    return {
        "v": 2,
        "id": "0194fdc2-fa2f-7cc0-81d3-ff12045b73c8",
        "at": "2026-11-14T09:00:00.250000+00:00",
        "organisation": "o",
        "actor": "user:1",
        "tag": tag,
        "outcome": outcome,
        "subject": "7KQ-52F",
        "document": None,
        "request": "r",
        "address": "ab",
        "facts": {"pages": 1},
    }


@pytest.mark.parametrize("tag", [*Tag, "of.tomorrow"])
def test_every_event_has_what_the_schema_requires(tag):
    said = ocsf.event(body(str(tag)), index=7)
    assert said.keys() >= REQUIRED
    assert said["type_uid"] == said["class_uid"] * 100 + said["activity_id"]
    assert said["category_uid"] == said["class_uid"] // 1000
    assert said["metadata"]["sequence"] == 7
    assert said["activity_name"] == tag


@pytest.mark.parametrize(
    ("tag", "number"),
    [
        (Tag.SIGNED_IN, 300201),
        (Tag.ROLES_CHANGED, 300501),
        (Tag.RESULT_DOWNLOADED, 600602),
        (Tag.FIELD_REVEALED, 600609),
        (Tag.JOB_QUEUED, 600399),
    ],
)
def test_an_event_has_the_class_that_fits(tag, number):
    assert ocsf.event(body(tag), index=0)["type_uid"] == number


def test_the_time_is_in_milliseconds():
    assert ocsf.event(body(Tag.SIGNED_IN), index=0)["time"] == 1794646800250


@pytest.mark.parametrize(
    ("outcome", "status", "severity"),
    [(Outcome.DONE, 1, 1), (Outcome.DENIED, 2, 3), (Outcome.FAILED, 2, 3)],
)
def test_what_was_refused_is_more_severe(outcome, status, severity):
    said = ocsf.event(body(Tag.SIGN_IN_FAILED, outcome), index=0)
    assert (said["status_id"], said["severity_id"]) == (status, severity)
