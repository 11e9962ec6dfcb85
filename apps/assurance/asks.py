"""A question as an address carries it, as it is kept, and as people say it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from apps.assurance import people
from apps.audit import services as audit
from apps.audit.explorer import REFUSED, Wanted
from apps.audit.groups import TITLES, Group
from apps.audit.tags import Outcome, Tag
from apps.audit.words import WORDS

Asks = Mapping[str, str]  # ids and codes by name, each in a form that `TrailForm` takes

GROUP, TAG = "group:", "tag:"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OUTCOMES = {
    Outcome.DONE.value: "Done",
    REFUSED: "Refused or failed",
    Outcome.DENIED.value: "Refused",
    Outcome.FAILED.value: "Failed",
}
NAMES = {
    "actor": "Who",
    "action": "Action",
    "document": "Job",
    "outcome": "Outcome",
    "workspace": "Workspace",
    "reason": "Reason",
    "since": "From",
    "until": "To",
    "hour": "Hour",
}


def wanted(asks: Asks, *, organisation: UUID) -> Wanted:
    """What the explorer looks for. A document that nobody knows has no events."""
    action, name = asks.get("action", ""), asks.get("document", "")
    document = audit.document_named(name, organisation=organisation) if name else None
    since, until = range_of(asks)
    return Wanted(
        actor=asks.get("actor", ""),
        document=document,
        group=action.removeprefix(GROUP) if action.startswith(GROUP) else "",
        tag=action.removeprefix(TAG) if action.startswith(TAG) else "",
        outcome=asks.get("outcome", ""),
        workspace=UUID(asks["workspace"]) if "workspace" in asks else None,
        reason=asks.get("reason", ""),
        since=since,
        until=until,
        nothing=bool(name) and document is None,
    )


def range_of(asks: Asks) -> tuple[datetime | None, datetime | None]:
    """From when, and before when: whole days in UTC, or one hour of the first."""
    since, until = _begin(asks.get("since")), _begin(asks.get("until"))
    if since and "hour" in asks:
        begin = since + int(asks["hour"]) * HOUR
        return begin, begin + HOUR
    return since, until + DAY if until else None


def in_words(asks: Asks, *, organisation: UUID) -> list[tuple[str, str]]:
    """What is asked, by the names of filters, with people and workspaces by name."""
    rooms = dict(people.workspaces(organisation)) if "workspace" in asks else {}
    said = dict(asks)
    if "actor" in said:
        name = people.name_of(said["actor"], organisation=organisation)
        said["actor"] = f"{name or 'unknown'} ({said['actor']})"
    if "action" in said:
        said["action"] = action_title(said["action"])
    if "outcome" in said:
        said["outcome"] = OUTCOMES[said["outcome"]]
    if "workspace" in said:
        said["workspace"] = rooms.get(said["workspace"], "unknown")
    return [(title, said[name]) for name, title in NAMES.items() if name in said]


def action_title(action: str) -> str:
    """The title of a group of actions, or of one."""
    if action.startswith(GROUP):
        return TITLES[Group(action.removeprefix(GROUP))]
    return WORDS[Tag(action.removeprefix(TAG))].title


def _begin(day: str | None) -> datetime | None:
    return datetime.combine(date.fromisoformat(day), time(), UTC) if day else None
