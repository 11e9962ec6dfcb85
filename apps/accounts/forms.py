"""What an admin says of a new key, and how anybody signs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms

from apps.accounts.models import User, Workspace
from apps.accounts.roles import Role
from apps.accounts.scopes import TITLES, Scope
from apps.base.forms import PlainForm

LASTS = {30: "30 days", 90: "90 days", 180: "Half a year", 365: "One year"}


class SignedForm(PlainForm):
    """Whoever acts says who they are once more; `refused` says what did not happen without it."""

    refused = "Nothing was done."
    password = forms.CharField(max_length=200, strip=False)

    def __init__(self, *args: Any, is_theirs: Callable[[str], bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_theirs = is_theirs

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not self._is_theirs(password):
            raise forms.ValidationError(f"That is not your password. {self.refused}")
        return password


class KeyForm(PlainForm):
    name = forms.CharField(max_length=60)
    holder = forms.ModelChoiceField(User.objects.none())
    workspace = forms.ModelChoiceField(Workspace.objects.none())
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, title) for scope, title in TITLES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(choices=list(LASTS.items()), coerce=int, initial=90)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = User.objects.filter(
            organisation=user.organisation, is_active=True, groups__name=Role.INTEGRATOR.value
        )
        rooms = Workspace.objects.filter(organisation=user.organisation)
        self.fields["holder"].queryset = accounts.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["workspace"].queryset = rooms.order_by("name", "pk")  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """The arguments of `issue`."""
        said = self.cleaned_data
        return {
            "name": said["name"],
            "holder": said["holder"],
            "workspace": said["workspace"],
            "scopes": [Scope(scope) for scope in said["scopes"]],
            "lasts": timedelta(days=said["days"]),
        }
