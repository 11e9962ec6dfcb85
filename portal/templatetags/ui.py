"""Small pieces every page is made of. The markup is in `templates/ui/`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import template
from django.utils import timezone
from django.utils.timesince import timesince

from apps.audit import services as audit
from apps.audit.models import Event
from apps.audit.tags import Outcome, Tag
from apps.audit.words import WORDS
from apps.delivery.masking import Mask, Masked, mask
from apps.delivery.result import Settled
from apps.extraction import doctypes
from apps.intake import purposes
from apps.intake.models import Document
from apps.preservation.models import Record
from apps.retention import services as retention

register = template.Library()

SENSITIVITIES = ("Public", "Internal", "Personal", "Special")
JUST_NOW = 60  # seconds
UNSURE = 0.9  # confidence below which a bar is drawn in the colour of doubt


@register.inclusion_tag("ui/icon.html")
def icon(name: str, label: str = "") -> dict[str, str]:
    return {"name": name, "label": label}


@register.inclusion_tag("ui/badge.html")
def badge(text: str, tone: str = "idle", icon: str = "") -> dict[str, str]:
    return {"text": text, "tone": tone, "icon": icon}


@register.inclusion_tag("ui/sens.html")
def sens(level: int) -> dict[str, Any]:
    return {"level": level, "text": SENSITIVITIES[level]}


@register.inclusion_tag("ui/conf.html")
def conf(confidence: float) -> dict[str, Any]:
    """A confidence of 0 to 1 as a bar and whole per cent."""
    return {"percent": round(confidence * 100), "low": confidence < UNSURE}


@register.inclusion_tag("ui/person.html")
def person(name: str, initials: str, note: str = "") -> dict[str, str]:
    return {"name": name, "initials": initials, "note": note}


@register.inclusion_tag("ui/masked.html")
def masked(field: Settled) -> dict[str, Masked]:
    """A field's value as its masking rule shows it."""
    shown = field.normalised if field.type in ("date", "amount") else field.value
    return {"masked": mask(shown, Mask(field.mask))}


@register.inclusion_tag("ui/field.html")
def labelled(field: Any, label: str, hint: str = "") -> dict[str, Any]:
    """A form field with its label, hint and errors, tied together for screen readers."""
    described = [f"{field.id_for_label}-hint"] if hint else []
    if field.errors:
        described.append(f"{field.id_for_label}-error")
    return {"field": field, "label": label, "hint": hint, "described": " ".join(described)}


@register.simple_tag
def holds_on(document: Document) -> list[str]:
    """The legal holds on a document, by the numbers people call them."""
    return [hold.reference for hold in retention.covering(document)]


@register.simple_tag
def record_of(document: Document) -> str:
    """The reference of a document's record; empty as long as there is none."""
    found = Record.objects.filter(document=document).values_list("reference", flat=True)
    return found.first() or ""


@register.filter
def age(at: datetime) -> str:
    """How long ago, in its largest unit."""
    if (timezone.now() - at).total_seconds() < JUST_NOW:
        return "just now"
    return f"{timesince(at, timezone.now(), depth=1)} ago"


@register.filter
def wait(at: datetime) -> str:
    """How long something has waited, in its largest unit."""
    return timesince(at, timezone.now(), depth=1)


@register.filter
def left(seconds: int) -> str:
    """A remaining time as a person says it."""
    minutes = seconds // 60
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


@register.filter
def took(seconds: int) -> str:
    """How long something took."""
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
    return left(60 * minutes)


@register.filter(name="hex")
def in_hex(data: bytes) -> str:
    return bytes(data).hex()


@register.filter
def percent(share: float | None) -> str:
    """A share of 0 to 1 as per cent; finer near nothing and near all."""
    if share is None:
        return "–"
    many = share * 100
    decimals = 0 if 10 <= many < 90 else 1 if 1 <= many < 99 else 2
    return f"{round(many, decimals):g} %"


@register.filter
def seconds(count: float) -> str:
    """A short time as a person says it."""
    if count < 60:
        return f"{round(count, 1):g} s"
    minutes, rest = divmod(round(count), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else left(round(count))


@register.filter
def many(count: float) -> str:
    """A large number, as far as it matters."""
    for size, letter in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= size:
            return f"{count / size:.3g}{letter}"
    return str(round(count))


@register.filter
def plain(number: float) -> str:
    """A number as SVG reads it, whatever the language of the page."""
    return f"{number:.2f}"


@register.filter
def purpose_title(name: str) -> str:
    known = purposes.load().purposes.get(name)
    return known.title if known else name


@register.filter
def basis_title(name: str) -> str:
    known = purposes.load().bases.get(name)
    return known.title if known else name


@register.filter
def class_title(name: str) -> str:
    titles = {doctype.name: doctype.title for doctype in doctypes.load_all()}
    return titles.get(name, name)


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key, "")


@register.filter
def first_word(text: str) -> str:
    return text.split(" ")[0]


@register.inclusion_tag("ui/badge.html")
def event_badge(event: Event) -> dict[str, str]:
    """What happened, in words; what was refused is red, whatever it was."""
    words = WORDS[Tag(event.tag)]
    tone = words.tone if event.outcome == Outcome.DONE else "bad"
    return {"text": words.title, "tone": tone, "icon": words.icon}


@register.filter
def event_title(event: Event) -> str:
    return WORDS[Tag(event.tag)].title


@register.simple_tag
def references_of(events: Iterable[Event]) -> dict[UUID, str]:
    """The references behind the documents of some events, looked up once for all of them."""
    ids = {event.document for event in events if event.document}
    return dict(Document.objects.filter(pk__in=ids).values_list("pk", "reference"))


@register.filter
def event_body(event: Event) -> str:
    """The body of an event, as a person reads it."""
    return audit.readable(event)


@register.filter
def facts(event: Event) -> list[tuple[str, Any]]:
    """What an event says beyond who, what and when; what says nothing is left out."""
    said = sorted(audit.facts_of(event).items())
    return [(key, _plain(value)) for key, value in said if value not in (None, "", [])]


def _plain(value: Any) -> Any:
    """A fact as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else value
