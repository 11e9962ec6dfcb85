"""What is asked before evidence leaves, and before stored bytes are replaced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from apps.base.forms import PlainForm
from apps.preservation.packages.services import REASONS, Why


class SignedForm(PlainForm):
    """Whoever acts gives their password once more."""

    password = forms.CharField(max_length=200, strip=False)

    def __init__(self, *args: Any, is_theirs: Callable[[str], bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_theirs = is_theirs

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not self._is_theirs(password):
            raise forms.ValidationError("That is not your password. Nothing was done.")
        return password


class EvidenceForm(SignedForm):
    """Why evidence leaves, and whether the original goes with it."""

    reason = forms.ChoiceField(choices=[(one.value, said) for one, said in REASONS.items()])
    original = forms.BooleanField(required=False)

    def wanted(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"reason": Why(said["reason"]), "original": said["original"]}
