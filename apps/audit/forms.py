from django import forms

from apps.audit.words import WORDS
from apps.base.forms import PlainForm


class TrailForm(PlainForm):
    """What to look for on the trail; what is malformed is ignored, not echoed."""

    tag = forms.ChoiceField(
        required=False,
        choices=[("", "Anything"), *((tag.value, words.title) for tag, words in WORDS.items())],
    )
    document = forms.CharField(required=False, max_length=36)  # its reference, or its id
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)
