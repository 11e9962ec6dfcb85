"""What people say who take an original, approve, or correct a record."""

from django import forms

from apps.base.forms import PlainForm
from apps.preservation.reasons import REASONS, SAYINGS, STATEMENTS

LONGEST = 1000  # characters of a comment or reason


class ListForm(PlainForm):
    reference = forms.CharField(required=False, max_length=10)
    before = forms.UUIDField(required=False)


class ChainForm(PlainForm):
    after = forms.UUIDField(required=False)


class TakeForm(PlainForm):
    reason = forms.ChoiceField(
        choices=[(why.value, sentence) for why, sentence in REASONS.items()],
        widget=forms.RadioSelect,
    )


class ApprovalForm(PlainForm):
    key = forms.UUIDField(widget=forms.HiddenInput)
    what = forms.ChoiceField(choices=[(said.value, title) for said, title in SAYINGS.items()])
    comment = forms.CharField(
        required=False, max_length=LONGEST, widget=forms.Textarea({"rows": 3})
    )


class CorrectionForm(PlainForm):
    key = forms.UUIDField(widget=forms.HiddenInput)
    what = forms.ChoiceField(choices=list(STATEMENTS.items()))
    reason = forms.CharField(max_length=LONGEST, widget=forms.Textarea({"rows": 3}))
