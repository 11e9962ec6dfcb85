"""What the station sends."""

from typing import Any
from uuid import UUID

from django import forms

from apps.base.forms import PlainForm
from apps.review.ladder import RUNGS, Step, Why
from apps.review.rules import CorrectionReason, Trouble, Verdict
from apps.review.services import Answer
from apps.review.skips import SkipReason

MOST_SHOWN = 3_600_000  # milliseconds
TYPED = "typed"  # among the answers to choose from


class KeyForm(PlainForm):
    """What every answer has: a key that tells it from others, and how long one looked."""

    key = forms.UUIDField()
    shown_ms = forms.IntegerField(min_value=0, max_value=MOST_SHOWN, required=False)

    def clean_shown_ms(self) -> int:
        return int(self.cleaned_data["shown_ms"] or 0)


class AnswerForm(KeyForm):
    """An answer to one slit; each kind says something else."""

    def answer(self) -> Answer:
        said = self.cleaned_data
        return Answer(key=said["key"], shown_ms=said["shown_ms"], **self.says())

    def says(self) -> dict[str, Any]:
        raise NotImplementedError


class DecideForm(AnswerForm):
    """A value. Whether it was accepted or corrected is worked out from what was suggested."""

    value = forms.CharField(max_length=500, strip=True)
    suggested = forms.BooleanField(required=False)
    overrides = forms.BooleanField(required=False)

    def says(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "verdict": Verdict.ACCEPTED if said["suggested"] else Verdict.CORRECTED,
            "value": said["value"],
            "overrides": said["overrides"],
        }


class ChooseForm(AnswerForm):
    """The class of a document."""

    doctype = forms.CharField(max_length=40)

    def says(self) -> dict[str, Any]:
        return {"verdict": Verdict.CORRECTED, "doctype": self.cleaned_data["doctype"]}


class UnreadableForm(AnswerForm):
    trouble = forms.ChoiceField(choices=[(trouble.value, trouble.value) for trouble in Trouble])

    def says(self) -> dict[str, Any]:
        trouble = self.cleaned_data["trouble"]
        blank = trouble == Trouble.BLANK
        return {"verdict": Verdict.BLANK if blank else Verdict.UNREADABLE, "trouble": trouble}


class SkipForm(AnswerForm):
    """Passing on; whoever does it often says why."""

    why = forms.ChoiceField(
        choices=[(reason.value, reason.value) for reason in SkipReason], required=False
    )

    def says(self) -> dict[str, Any]:
        return {"verdict": Verdict.SKIPPED, "trouble": self.cleaned_data["why"]}


class DigitsForm(KeyForm):
    """What a person says of the digits of one field: all as read, or one of them is odd."""

    odd = forms.BooleanField(required=False)


class MoreForm(PlainForm):
    """How much more of the page, and why."""

    step = forms.ChoiceField(choices=[(step.value, step.value) for step in RUNGS])
    reason = forms.ChoiceField(choices=[(why.value, why.value) for why in Why])


class ShownForm(PlainForm):
    """How long a picture was on screen, as the browser says."""

    step = forms.ChoiceField(choices=[(step.value, step.value) for step in Step])
    ms = forms.IntegerField(min_value=0, max_value=MOST_SHOWN)


class CorrectForm(AnswerForm):
    """Another value, or that nothing is written there, and why it was said otherwise before."""

    value = forms.CharField(max_length=500, strip=True, required=False)
    blank = forms.BooleanField(required=False)
    overrides = forms.BooleanField(required=False)
    because = forms.ChoiceField(
        choices=[(reason.value, reason.value) for reason in CorrectionReason]
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if bool(said.get("value")) == bool(said.get("blank")):
            self.add_error("value", "Say what is written there, or that nothing is.")
        return said

    def says(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "verdict": Verdict.BLANK if said["blank"] else Verdict.CORRECTED,
            "value": said["value"],
            "trouble": Trouble.BLANK if said["blank"] else "",
            "overrides": said["overrides"],
        }


class ClaimForm(PlainForm):
    field = forms.SlugField(max_length=40, required=False)  # the name of one, for the grid
    digits = forms.BooleanField(required=False)  # to compare digits of more fields than usual


class GiveForm(PlainForm):
    give = forms.BooleanField(required=False)


class SettleForm(PlainForm):
    """One of two answers by its place, or one that is typed."""

    key = forms.UUIDField()
    choice = forms.CharField(max_length=8)
    typed = forms.CharField(max_length=500, required=False)
    overrides = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("choice") == TYPED and not said.get("typed"):
            self.add_error("typed", "Type what you see.")
        return said


class PeopleForm(PlainForm):
    """Which kinds of fields each of some people may take: a column of boxes for each of them."""

    def clean(self) -> dict[str, Any]:
        boxes: Any = self.data
        try:
            people = [UUID(one) for one in boxes.getlist("person")]
        except ValueError:
            people = []
        if not people:
            self.add_error(None, "Nobody was named.")
        return {"people": people}

    @property
    def wanted(self) -> dict[UUID, set[str]]:
        boxes: Any = self.data
        return {one: set(boxes.getlist(f"kind-{one}")) for one in self.cleaned_data["people"]}
