"""What the station sends."""

from django import forms

from apps.base.forms import PlainForm
from apps.review.ladder import RUNGS, Step, Why
from apps.review.rules import Trouble, Verdict
from apps.review.services import Answer

MOST_SHOWN = 3_600_000  # milliseconds


class AnswerForm(PlainForm):
    key = forms.UUIDField()
    shown_ms = forms.IntegerField(min_value=0, max_value=MOST_SHOWN, required=False)

    def clean_shown_ms(self) -> int:
        return int(self.cleaned_data["shown_ms"] or 0)


class DecideForm(AnswerForm):
    """A value. Whether it was accepted or corrected is worked out from what was suggested."""

    value = forms.CharField(max_length=500, strip=True)
    suggested = forms.BooleanField(required=False)
    overrides = forms.BooleanField(required=False)

    def answer(self) -> Answer:
        said = self.cleaned_data
        return Answer(
            key=said["key"],
            verdict=Verdict.ACCEPTED if said["suggested"] else Verdict.CORRECTED,
            value=said["value"],
            overrides=said["overrides"],
            shown_ms=said["shown_ms"],
        )


class ChooseForm(AnswerForm):
    """The class of a document."""

    doctype = forms.CharField(max_length=40)

    def answer(self) -> Answer:
        said = self.cleaned_data
        return Answer(
            key=said["key"],
            verdict=Verdict.CORRECTED,
            doctype=said["doctype"],
            shown_ms=said["shown_ms"],
        )


class UnreadableForm(AnswerForm):
    trouble = forms.ChoiceField(choices=[(trouble.value, trouble.value) for trouble in Trouble])

    def answer(self) -> Answer:
        said = self.cleaned_data
        blank = said["trouble"] == Trouble.BLANK
        return Answer(
            key=said["key"],
            verdict=Verdict.BLANK if blank else Verdict.UNREADABLE,
            trouble=said["trouble"],
            shown_ms=said["shown_ms"],
        )


class SkipForm(AnswerForm):
    def answer(self) -> Answer:
        said = self.cleaned_data
        return Answer(key=said["key"], verdict=Verdict.SKIPPED, shown_ms=said["shown_ms"])


class MoreForm(PlainForm):
    """How much more of the page, and why."""

    step = forms.ChoiceField(choices=[(step.value, step.value) for step in RUNGS])
    reason = forms.ChoiceField(choices=[(why.value, why.value) for why in Why])


class ShownForm(PlainForm):
    """How long a picture was on screen, as the browser says."""

    step = forms.ChoiceField(choices=[(step.value, step.value) for step in Step])
    ms = forms.IntegerField(min_value=0, max_value=MOST_SHOWN)
