"""What people say who delete, and who govern what is kept."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms

from apps.accounts.forms import SignedForm
from apps.accounts.models import User, Workspace
from apps.base.forms import PlainForm
from apps.extraction import doctypes
from apps.intake import purposes
from apps.intake.models import Use
from apps.intake.references import PATTERN
from apps.intake.services import ALLOWED
from apps.retention import packs
from apps.retention.matrix import TITLES
from apps.retention.models import Scope
from apps.retention.policy import Policy, Start, duration, iso
from apps.vault.classes import ArtifactClass

MOST = 500  # references in one form
SCOPES = {
    Scope.DOCUMENT: "Documents, by their numbers",
    Scope.WORKSPACE: "A workspace, and all that is sent into it",
    Scope.PERSON: "What a person sent, and still sends",
    Scope.QUERY: "What a question finds, now and later",
}


# What happens when a clock has run out, and how a rule says so.
THEN: dict[str, tuple[str, dict[str, str]]] = {
    "erase": ("It is erased", {"action": "erase", "signatures": ""}),
    "look": ("Somebody looks, then it is erased", {"action": "review", "signatures": ""}),
    "two": ("Two people look, then it is erased", {"action": "review", "signatures": "2"}),
}


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


class SignForm(SignedForm):
    refused = "Nothing was signed."


class ReasonForm(PlainForm):
    reason = forms.CharField(max_length=300)


class ChangeForm(ReasonForm):
    """One rule of the policy, said anew."""

    kind = forms.ChoiceField()
    about = forms.ChoiceField()
    keep = forms.CharField(max_length=20)
    at_most = forms.CharField(max_length=20)
    then = forms.ChoiceField(
        required=False,
        choices=[("", "As now"), *((key, title) for key, (title, _) in THEN.items())],
    )

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._policy = policy
        kinds = [kind for kind in packs.KINDS if kind in TITLES]
        self._choose("kind", [(kind, TITLES[kind][0]) for kind in kinds])
        tiers = sorted({one.tier for one in doctypes.load_all()})
        classes = [(f"doctype:{one.name}", one.title) for one in doctypes.load_all()]
        tiered = [(f"tier:{tier}", f"Tier “{tier}”") for tier in tiers]
        self._choose(
            "about", [("all:", "Every document without a rule of its own"), *tiered, *classes]
        )

    def clean_keep(self) -> timedelta:
        return _length(self.cleaned_data["keep"])

    def clean_at_most(self) -> timedelta:
        return _length(self.cleaned_data["at_most"])

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if "keep" in said and "at_most" in said and said["keep"] > said["at_most"]:
            self.add_error("at_most", "This is shorter than the time it is kept.")
        return said

    def changed(self) -> Policy:
        """The policy with this rule in the place of the one it had."""
        said, about = self.cleaned_data, self.cleaned_data["about"].partition(":")
        scope = {about[0]: about[2]} if about[2] else {}
        tiers = {one.name: {"tier": one.tier} for one in doctypes.load_all()}
        before = self._policy.rule(said["kind"], **{**tiers.get(about[2], {}), **scope})
        data = packs.as_data(before) | {"at_most": iso(said["at_most"])}
        data |= {"keep": iso(said["keep"]), "reason": said["reason"]}
        data |= THEN[said["then"]][1] if said["then"] else {}
        data |= {"doctype": scope.get("doctype", ""), "tier": scope.get("tier", "")}
        rule = packs.rule_of({key: value for key, value in data.items() if value})
        others = [one for one in self._policy.rules if one.scope != rule.scope]
        return Policy(self._policy.id, self._policy.version, [*others, rule])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class HoldForm(ReasonForm):
    matter = forms.CharField(max_length=120)
    mandate = forms.CharField(max_length=1000, widget=forms.Textarea)
    scope = forms.ChoiceField(choices=[(scope.value, title) for scope, title in SCOPES.items()])
    references = forms.CharField(max_length=MOST * 9, required=False, widget=forms.Textarea)
    workspace = forms.ModelChoiceField(Workspace.objects.none(), required=False)
    person = forms.ModelChoiceField(User.objects.none(), required=False)
    doctype = forms.ChoiceField(required=False)
    purpose = forms.ChoiceField(required=False)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def __init__(self, *args: Any, organisation: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rooms = Workspace.objects.filter(organisation=organisation)
        people = User.objects.filter(organisation=organisation)
        self.fields["workspace"].queryset = rooms.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["person"].queryset = people.order_by("name", "pk")  # type: ignore[attr-defined]
        classes = [(one.name, one.title) for one in doctypes.load_all()]
        reasons = [(one.name, one.title) for one in purposes.load().purposes.values()]
        self.fields["doctype"].choices = [("", "Any"), *classes]  # type: ignore[attr-defined]
        self.fields["purpose"].choices = [("", "Any"), *reasons]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        needed = {
            Scope.DOCUMENT: "references",
            Scope.WORKSPACE: "workspace",
            Scope.PERSON: "person",
        }
        name = needed.get(said.get("scope", ""))
        if name and not said.get(name) and name not in self.errors:
            self.add_error(name, "Say what is to be held.")
        if said.get("scope") == Scope.QUERY and not any(self._question(said).values()):
            self.add_error("doctype", "Ask for something; this would hold everything.")
        return said

    def clean_references(self) -> list[str]:
        return _references(self.cleaned_data["references"])

    def wanted(self) -> dict[str, Any]:
        """What of a hold the service is told."""
        said = self.cleaned_data
        return {
            "scope": Scope(said["scope"]),
            "matter": said["matter"],
            "reason": said["reason"],
            "mandate": said["mandate"],
            "references": said["references"] if said["scope"] == Scope.DOCUMENT else (),
            "workspace": said["workspace"].pk if said["scope"] == Scope.WORKSPACE else None,
            "person": said["person"].pk if said["scope"] == Scope.PERSON else None,
            "query": self._question(said) if said["scope"] == Scope.QUERY else None,
        }

    def _question(self, said: dict[str, Any]) -> dict[str, str]:
        days = {key: said[key].isoformat() for key in ("since", "until") if said.get(key)}
        return {key: said[key] for key in ("doctype", "purpose") if said.get(key)} | days


class ExceptionForm(ReasonForm):
    references = forms.CharField(max_length=MOST * 9, widget=forms.Textarea)
    kind = forms.ChoiceField(
        required=False,
        choices=[
            ("", "Everything of it"),
            *((one.value, one.capitalize()) for one in ArtifactClass),
        ],
    )
    until = forms.DateField()

    def clean_references(self) -> list[str]:
        return _references(self.cleaned_data["references"])

    def wanted(self) -> dict[str, Any]:
        """The arguments of `except_`, after the references."""
        said = self.cleaned_data
        until: date = said["until"]
        return {"kind": said["kind"], "until": until, "reason": said["reason"]}


class MomentForm(PlainForm):
    references = forms.CharField(max_length=MOST * 9, widget=forms.Textarea)
    start = forms.ChoiceField(
        choices=[(Start.CONTRACT_END.value, "The contract ended"), (Start.EVENT.value, "The event")]
    )
    on = forms.DateField()

    def clean_references(self) -> list[str]:
        return _references(self.cleaned_data["references"])


class ExtendForm(ReasonForm):
    until = forms.DateField()


class CaseForm(PlainForm):
    """A person's wish: where the organisation keeps it, and the documents that are about them."""

    case = forms.CharField(max_length=60)
    references = forms.CharField(max_length=MOST * 9, widget=forms.Textarea)

    def clean_references(self) -> list[str]:
        return _references(self.cleaned_data["references"])


class ReferenceForm(PlainForm):
    reference = forms.CharField(max_length=7)

    def clean_reference(self) -> str:
        return str(self.cleaned_data["reference"]).strip().upper()


class UseForm(ReasonForm):
    use = forms.ChoiceField(choices=[(use.value, use.value) for use in Use])
    on = forms.TypedChoiceField(
        choices=[("yes", "on"), ("no", "off")], coerce=lambda said: said == "yes"
    )


class NarrowForm(PlainForm):
    less = forms.ChoiceField(choices=[(one, one) for one in ALLOWED])


def _length(text: str) -> timedelta:
    try:
        return duration(text.strip().upper())
    except (ValueError, OverflowError) as error:
        raise forms.ValidationError("Write a time like PT24H, P7D or P10Y.") from error


def _references(text: str) -> list[str]:
    found = [one.upper() for one in re.split(r"[\s,;]+", text) if one]
    if len(found) > MOST or not all(re.fullmatch(PATTERN, one) for one in found):
        raise forms.ValidationError(f"Write numbers like 7KQ-52F, {MOST} at most.")
    return list(dict.fromkeys(found))
