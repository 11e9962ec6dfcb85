"""What is asked before evidence leaves."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.accounts.forms import SignedForm
from apps.preservation.packages.services import REASONS, Why


class EvidenceForm(SignedForm):
    """Why evidence leaves, and whether the original goes with it."""

    reason = forms.ChoiceField(choices=[(one.value, said) for one, said in REASONS.items()])
    original = forms.BooleanField(required=False)

    def wanted(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"reason": Why(said["reason"]), "original": said["original"]}
