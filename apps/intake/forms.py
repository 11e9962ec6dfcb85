"""The terms that come with files."""

from collections.abc import Sequence
from typing import Any

from django import forms

from apps.accounts.models import User, Workspace
from apps.base.errors import Unreadable
from apps.base.forms import PlainForm
from apps.intake import pages, purposes
from apps.intake.services import MOST_DAYS, Terms

Choice = tuple[str, str]


class TermsForm(PlainForm):
    """What a sender says before sending; which classes and fields there are is told from above."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    workspace = forms.ModelChoiceField(Workspace.objects.none())
    purpose = forms.ChoiceField()
    basis = forms.ChoiceField()
    manual_review = forms.BooleanField(required=False)
    model_improvement = forms.BooleanField(required=False)
    transcript = forms.BooleanField(required=False)
    keep_days = forms.IntegerField(required=False, min_value=1, max_value=MOST_DAYS)
    doctype = forms.ChoiceField(required=False)
    fields_wanted = forms.MultipleChoiceField(required=False)
    pages = forms.CharField(required=False, max_length=pages.LONGEST)
    declared = forms.BooleanField(required=False)
    again = forms.BooleanField(required=False)

    def __init__(
        self,
        *args: Any,
        user: User,
        doctypes: Sequence[Choice],
        field_names: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        known = purposes.load()
        own = Workspace.objects.filter(memberships__user=user).order_by("name")
        self.fields["workspace"].queryset = own  # type: ignore[attr-defined]
        self.fields["workspace"].initial = own.first()
        self._offer("purpose", [(one.name, one.title) for one in known.purposes.values()])
        self._offer("basis", [(one.name, one.title) for one in known.bases.values()])
        self._offer("doctype", [("", "Found out for you"), *doctypes])
        self._offer("fields_wanted", [(name, name) for name in field_names])
        self._all_fields = set(field_names)

    def _offer(self, name: str, choices: Sequence[Choice]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def clean_pages(self) -> str:
        wanted = str(self.cleaned_data["pages"])
        try:
            pages.check(wanted)
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from error
        return wanted

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        purpose = purposes.load().purposes.get(cleaned.get("purpose", ""))
        if purpose and cleaned.get("basis") not in purpose.bases:
            self.add_error("basis", "This purpose cannot rest on that legal basis.")
        if purpose and cleaned.get("transcript") and not purpose.transcript:
            self.add_error("transcript", "This purpose allows fields only, no transcript.")
        return cleaned

    def terms(self) -> Terms:
        """The terms of a valid form; all fields wanted is written as none in particular."""
        said = self.cleaned_data
        wanted = set(said["fields_wanted"])
        return Terms(
            workspace=said["workspace"],
            token=said["token"],
            purpose=said["purpose"],
            basis=said["basis"],
            manual_review=said["manual_review"],
            model_improvement=said["model_improvement"],
            transcript=said["transcript"],
            keep_days=said["keep_days"],
            doctype=said["doctype"],
            fields=() if wanted == self._all_fields else tuple(sorted(wanted)),
            pages=said["pages"].strip(),
            declared=said["declared"],
            again=said["again"],
        )
