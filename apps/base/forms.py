"""The one abstract form of what browsers send."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

QUOTING = {"invalid", "invalid_choice", "invalid_list", "invalid_pk_value"}
NO_CHOICE = "This is none of the choices."


class PlainForm(forms.Form):
    """Its messages say what to do and repeat nothing of what was sent, as Django's would."""

    def add_error(self, field: str | None, error: Any) -> None:
        if isinstance(error, ValidationError) and not hasattr(error, "error_dict"):
            error = ValidationError([_plain(one) for one in error.error_list])
        super().add_error(field, error)


def _plain(error: ValidationError) -> ValidationError:
    quotes = error.code in QUOTING and error.params
    return ValidationError(NO_CHOICE, code=error.code) if quotes else error
