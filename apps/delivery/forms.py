from django import forms

from apps.base.forms import PlainForm
from apps.delivery.services import REVEAL_REASONS
from apps.jobs.flow import State

WORKING = {State.QUEUED, State.RUNNING}
STATES: dict[str, tuple[str, frozenset[State]]] = {
    "working": ("Working", frozenset(WORKING)),
    "review": ("In review", frozenset({State.PARKED})),
    "failed": ("Failed", frozenset({State.FAILED})),
    "done": ("Done", frozenset({State.SUCCEEDED, State.STOPPED})),
}


class JobsForm(PlainForm):
    """Which jobs to list."""

    reference = forms.CharField(required=False, max_length=7)
    state = forms.ChoiceField(
        required=False, choices=[("", "All"), *((key, title) for key, (title, _) in STATES.items())]
    )
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)


class RevealForm(PlainForm):
    reason = forms.ChoiceField(
        choices=[(reason.value, sentence) for reason, sentence in REVEAL_REASONS.items()],
        widget=forms.RadioSelect,
    )
