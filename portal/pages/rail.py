"""The rail beside every page, built from permissions: what one may not open is not listed."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.accounts.models import User
from apps.review.queue import waiting_for


@dataclass(frozen=True, slots=True)
class Entry:
    title: str
    address: str
    icon: str
    here: bool
    count: str = ""


PLACES = (
    ("Work", "Home", "home", "home", ""),
    ("Work", "Upload", "upload", "upload", "intake.add_document"),
    ("Work", "Jobs", "jobs:list", "jobs", "intake.view_document"),
    ("Work", "Review", "review:station", "slit", "review.decide_task"),
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
            entry = _entry(request, user, title, reverse(name), icon)
            groups.setdefault(group, []).append(entry)
    workspaces = [workspace.name for workspace in user.workspaces.order_by("name")]
    roles = [group.name for group in user.groups.order_by("name")]
    return {"rail": groups, "rail_workspaces": workspaces, "rail_roles": roles}


def _entry(request: HttpRequest, user: User, title: str, address: str, icon: str) -> Entry:
    inside = request.path.startswith(address) if address != "/" else request.path == "/"
    count = ""
    if title == "Review":
        waiting = waiting_for(user)
        count = waiting.text if waiting.slits else ""
    return Entry(title, address, icon, inside, count)
