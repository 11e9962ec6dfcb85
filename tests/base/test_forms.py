"""What a form says of nonsense repeats none of it."""

from importlib import import_module

import pytest
from django import forms

from apps.accounts.models import Workspace
from apps.base.forms import NO_CHOICE, PlainForm

BIRD = "KESTREL-7731"
HOUSE = {
    "accounts": ["KeyForm"],
    "assurance": ["TrailForm", "FindForm", "SearchForm", "ExportForm"],
    "delivery": ["JobsForm", "RevealForm"],
    "intake": ["TermsForm"],
    "retention": ["DeleteForm", "SignForm", "ChangeForm", "HoldForm", "ExceptionForm"],
    "review": ["DecideForm", "UnreadableForm", "MoreForm", "CorrectForm", "SettleForm"],
}


class Quoting(PlainForm):
    """Every field of Django's that quotes what it does not understand."""

    one = forms.ChoiceField(choices=[("a", "A")])
    some = forms.MultipleChoiceField(choices=[("a", "A")])
    typed = forms.TypedChoiceField(choices=[(1, "A")], coerce=int)
    room = forms.ModelChoiceField(Workspace.objects.none())
    rooms = forms.ModelMultipleChoiceField(Workspace.objects.none())
    short = forms.CharField(max_length=3)
    key = forms.UUIDField()


def test_nothing_that_was_sent_is_repeated(db):
    form = Quoting({name: [BIRD] if name.endswith("s") else BIRD for name in Quoting.base_fields})
    assert not form.is_valid()
    assert set(form.errors) == set(Quoting.base_fields)
    assert BIRD not in form.errors.as_json() + str(form.errors)
    assert form.errors["one"] == [NO_CHOICE]


def test_what_says_what_to_do_is_kept():
    form = Quoting({"short": BIRD})
    assert "at most 3 characters" in form.errors["short"][0]
    assert form.errors["key"] == ["This field is required."]


@pytest.mark.parametrize("app", HOUSE)
def test_every_form_of_the_house_is_such_a_form(app):
    module = import_module(f"apps.{app}.forms")
    found = [
        name
        for name, one in vars(module).items()
        if isinstance(one, type) and issubclass(one, forms.BaseForm)
        and one.__module__ == module.__name__
    ]  # fmt: skip
    assert set(HOUSE[app]) <= set(found)
    assert [name for name in found if not issubclass(getattr(module, name), PlainForm)] == []
