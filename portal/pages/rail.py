"""The rail beside every page, built from permissions: what one may not open is not listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.models import User
from apps.review.queue import waiting_for


@dataclass(slots=True)
class Entry:
    title: str
    address: str
    icon: str
    count: str = ""
    here: bool = False


PLACES = (
    ("Work", "Home", "home", "home", ""),
    ("Work", "Upload", "upload", "upload", "intake.add_document"),
    ("Work", "Jobs", "jobs:list", "jobs", "intake.view_document"),
    ("Work", "Review", "review:station", "slit", "review.decide_task"),
    ("Work", "Queues", "review:lead", "queue", "review.lead_queues"),
    ("Work", "Records", "preservation:list", "seal", "preservation.view_record"),
    ("Oversight", "Trail", "audit:trail", "audit", "audit.read_trail"),
    ("Oversight", "Reading", "assurance_reading", "chart", "extraction.view_figures"),
    ("Oversight", "Retention", "retention:clocks", "clock", "retention.view_clocks"),
    ("Oversight", "People", "accounts:people", "users", "accounts.view_people"),
    ("Oversight", "Status", "status", "shield", "accounts.view_people|audit.read_trail"),
)


def rail(request: HttpRequest) -> dict[str, Any]:
    """Context for `ui/rail.html`; nothing for people who have not signed in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    groups: dict[str, list[Entry]] = {}
    for group, title, name, icon, permission in PLACES:
        if not permission or any(map(user.has_perm, permission.split("|"))):
            entry = _entry(user, title, reverse(name), icon)
            groups.setdefault(group, []).append(entry)
    _mark(request.path, [entry for entries in groups.values() for entry in entries])
    workspaces = [workspace.name for workspace in user.workspaces.order_by("name")]
    roles = [group.name for group in user.groups.order_by("name")]
    return {"rail": groups, "rail_workspaces": workspaces, "rail_roles": roles}


def _mark(path: str, entries: Sequence[Entry]) -> None:
    """One entry is the page's own: of those it stands under, the deepest."""
    above = [one for one in entries if path.startswith(one.address) and one.address != "/"]
    above = above or [one for one in entries if path == one.address]
    if above:
        max(above, key=lambda one: len(one.address)).here = True


def _entry(user: User, title: str, address: str, icon: str) -> Entry:
    count = ""
    if title == "Review":
        waiting = waiting_for(user)
        count = waiting.text if waiting.slits else ""
    return Entry(title, address, icon, count)
