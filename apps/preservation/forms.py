"""What people say who take an original, approve, or correct a record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from apps.accounts.forms import SignedForm
from apps.base.forms import PlainForm
from apps.preservation.models import Purpose
from apps.preservation.reasons import REASONS, SAYINGS, STATEMENTS

LONGEST = 1000  # characters of a comment or reason
LARGEST_CERTIFICATE = 64 << 10  # bytes
PURPOSES = {
    Purpose.SIGNATURES: "Signatures, and the time stamps they carry",
    Purpose.TIMESTAMPS: "Time stamps only",
}


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


class RootForm(SignedForm):
    """A certificate to trust, as a file in PEM or DER."""

    certificate = forms.FileField(
        widget=forms.FileInput({"accept": ".pem,.crt,.cer,.der"}),
        error_messages={
            "required": "Choose the file of a certificate.",
            "empty": "This file is empty.",
        },
    )
    purpose_of = forms.ChoiceField(
        choices=[(one.value, title) for one, title in PURPOSES.items()], initial=Purpose.SIGNATURES
    )

    def clean_certificate(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["certificate"]
        if (file.size or 0) > LARGEST_CERTIFICATE:
            raise forms.ValidationError("This is too large for a certificate. Nothing was done.")
        return file

    @property
    def content(self) -> bytes:
        return bytes(self.cleaned_data["certificate"].read())

    @property
    def purpose(self) -> Purpose:
        return Purpose(self.cleaned_data["purpose_of"])
