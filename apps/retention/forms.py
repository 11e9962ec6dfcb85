from django import forms

from apps.base.forms import PlainForm


class DeleteForm(PlainForm):
    """The typed reference arms the button; the server checks it again."""

    confirmed = forms.CharField(max_length=7)

    def __init__(self, *args: object, reference: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._reference = reference

    def clean_confirmed(self) -> str:
        typed = str(self.cleaned_data["confirmed"]).strip().upper()
        if typed != self._reference:
            raise forms.ValidationError("That is not the number of this job. Nothing was deleted.")
        return typed
