"""What officers ask for. Addresses carry ids and codes; what is typed in words is only sent."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.validators import RegexValidator

from apps.assurance import asks, people
from apps.assurance.asks import GROUP, TAG
from apps.assurance.exports.services import REASONS
from apps.assurance.models import Mode
from apps.audit.explorer import Wanted
from apps.audit.groups import GROUPS, TITLES
from apps.audit.words import WORDS
from apps.base.forms import PlainForm

ACTOR = r"\A((user|key):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|system:[a-z]{1,20})\Z"
CODE = r"\A[a-z][a-z _-]{0,39}\Z"


def actions() -> list[Any]:
    """Groups of actions, and under each its actions one by one."""
    listed: list[Any] = [("", "Any")]
    for group, title in TITLES.items():
        single = [(f"{TAG}{tag}", WORDS[tag].title) for tag in GROUPS[group]]
        single.sort(key=lambda one: one[1])
        listed.append((title, [(f"{GROUP}{group}", f"{title}: all"), *single]))
    return listed


class TrailForm(PlainForm):
    """What to look for, in ids and codes. What is malformed is left out, and never echoed."""

    actor = forms.CharField(required=False, validators=[RegexValidator(ACTOR)])
    action = forms.ChoiceField(required=False, choices=actions)
    document = forms.CharField(required=False, max_length=36)  # its reference, or its id
    outcome = forms.ChoiceField(required=False, choices=[("", "Any"), *asks.OUTCOMES.items()])
    workspace = forms.UUIDField(required=False)
    reason = forms.CharField(required=False, validators=[RegexValidator(CODE)])
    since = forms.DateField(required=False)  # days in UTC; both belong to the range
    until = forms.DateField(required=False)
    hour = forms.IntegerField(required=False, min_value=0, max_value=23)  # of the first day
    before = forms.UUIDField(required=False)

    def codes(self, **changes: object) -> dict[str, str]:
        """What is asked, as far as it makes sense; the page is not part of the question."""
        self.is_valid()
        said = {**self.cleaned_data, "before": None, **changes}
        return {name: str(one) for name, one in said.items() if one not in (None, "")}

    def address(self, **changes: object) -> str:
        return urlencode(self.codes(**changes))

    def wanted(self, organisation: UUID) -> Wanted:
        return asks.wanted(self.codes(), organisation=organisation)


class FindForm(TrailForm):
    """The same as a person fills it in: who acted is a name, which stays out of the address."""

    who = forms.CharField(required=False, max_length=120)

    def candidates(self, organisation: UUID) -> list[people.Named] | None:
        """Whoever the name may mean; None if none was typed."""
        self.is_valid()
        name = (self.cleaned_data.get("who") or "").strip()
        return people.called(name, organisation=organisation) if name else None

    def codes(self, **changes: object) -> dict[str, str]:
        codes = super().codes(**changes)
        codes.pop("who", None)
        return codes


class SearchForm(PlainForm):
    """What to call a question that is asked often."""

    name = forms.CharField(max_length=60)


class ExportForm(PlainForm):
    """How the trail is taken out, and why."""

    mode = forms.ChoiceField(
        choices=[
            (Mode.RANGE.value, "Everything of a time"),
            (Mode.SELECTION.value, "Only what matches"),
        ],
        widget=forms.RadioSelect,
    )
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    reason = forms.ChoiceField(
        choices=[("", "Choose one"), *((why.value, said) for why, said in REASONS.items())]
    )
    names = forms.BooleanField(required=False)
    words = forms.BooleanField(required=False)

    def range(self) -> dict[str, str]:
        """The days of the range that were filled in."""
        days = {name: self.cleaned_data[name] for name in ("since", "until")}
        return {name: day.isoformat() for name, day in days.items() if day}
