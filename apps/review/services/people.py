"""Who reviews, and how well they read known answers. Nobody is ranked, by speed or otherwise."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from apps.accounts.models import User
from apps.review.accuracy import Accuracy, usual_seconds
from apps.review.models import Claim, Pause, Scope
from apps.review.models.counts import What
from apps.review.rules import PauseReason
from apps.review.services.counting import by_person
from apps.review.titles import TITLES, title_of

DAY = timedelta(hours=24)
MOST_PEOPLE = 100
PAUSED = {
    PauseReason.KNOWN_ANSWERS: "paused: too many known answers missed",
    PauseReason.LEAD: "paused by a lead",
}
LATEST = 200  # known answers of a person that are looked at
KNOWN = """
SELECT person, task.kind, answer.met, answer.shown_ms
FROM unnest(%(people)s::uuid[]) AS person
CROSS JOIN LATERAL (
  SELECT task_id, met, shown_ms FROM review_decision
  WHERE reviewer_id = person AND met IS NOT NULL AND NOT undone
  ORDER BY id DESC LIMIT %(latest)s
) AS answer
JOIN review_task AS task ON task.id = answer.task_id
"""

Answer = tuple[str, bool, int]  # kind, whether it was met, milliseconds
Answers = Mapping[UUID, Sequence[Answer]]


@dataclass(frozen=True, slots=True)
class Known:
    """How a person read known answers of one kind."""

    title: str
    accuracy: Accuracy
    seconds: float | None  # median on screen


@dataclass(frozen=True, slots=True)
class Colleague:
    """One reviewer, without a rank."""

    person: User
    here: bool  # holds slits
    paused: str  # why their reviewing rests, as a `PauseReason`; empty: it does not
    decided: int  # within a day
    corrected: float | None  # share of it
    pixels: int  # that were sent within a day
    known: Accuracy
    seconds: float | None  # median look at known answers
    by_kind: Sequence[Known]
    scopes: Sequence[Scope]

    @property
    def note(self) -> str:
        if self.paused:
            return PAUSED[PauseReason(self.paused)]
        return "reviewing now" if self.here else ""

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of fields they may take; every one, if nothing narrows what they are offered."""
        if not self.scopes:
            return frozenset(TITLES)
        return frozenset(scope.kind for scope in self.scopes if is_by_kind(scope))

    @property
    def narrower(self) -> list[str]:
        """What else they may take, in words."""
        return [_said(scope) for scope in self.scopes if not is_by_kind(scope)]


def is_by_kind(scope: Scope) -> bool:
    """Whether a scope names a kind of field and nothing else: what the page assigns."""
    rest = (scope.workspace_id, scope.doctype, scope.language, scope.tier, scope.region)
    return bool(scope.kind) and not any(rest)


def _said(scope: Scope) -> str:
    room = scope.workspace.name if scope.workspace else ""
    kind = title_of(scope.kind) if scope.kind else ""
    parts = [room, scope.doctype, kind, scope.language, scope.tier, scope.region]
    return ", ".join(part for part in parts if part)


def people_of(rooms: Sequence[UUID]) -> list[User]:
    """Who reviews in some workspaces, by name."""
    able = User.objects.filter(
        is_active=True,
        memberships__workspace__in=rooms,
        groups__permissions__codename="decide_task",
    )
    return list(able.distinct().order_by("name", "pk")[:MOST_PEOPLE])


def known_answers(people: Sequence[User]) -> Answers:
    """The latest known answers of each person: kind, whether it was met, milliseconds."""
    answers: dict[UUID, list[Answer]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, {"people": [one.pk for one in people], "latest": LATEST})
        for person, kind, met, ms in cursor.fetchall():
            answers[person].append((kind, met, ms))
    return answers


def colleagues(
    people: Sequence[User], rooms: Sequence[UUID], known: Answers, *, now: datetime
) -> list[Colleague]:
    """The same people with what they did within a day, and what they may take."""
    sums = by_person(rooms, since=now - DAY)
    claims = Claim.objects.filter(reviewer__in=people, ended_at=None, until__gt=now)
    here = set(claims.values_list("reviewer_id", flat=True))
    pauses = Pause.objects.filter(reviewer__in=people, ended_at=None)
    paused = dict(pauses.values_list("reviewer_id", "because"))
    scopes: dict[UUID, list[Scope]] = defaultdict(list)
    for scope in Scope.objects.filter(reviewer__in=people).select_related("workspace"):
        scopes[scope.reviewer_id].append(scope)
    found = []
    for one in people:
        done, answers = sums.get(str(one.pk), {}), known.get(one.pk, ())
        decided = done.get(What.DECIDED, 0)
        found.append(
            Colleague(
                person=one,
                here=one.pk in here,
                paused=paused.get(one.pk, ""),
                decided=decided,
                corrected=done.get(What.CORRECTED, 0) / decided if decided else None,
                pixels=done.get(What.PIXELS, 0),
                known=accuracy(met for _, met, _ in answers),
                seconds=usual_seconds([ms for _, _, ms in answers]),
                by_kind=_by_kind(answers),
                scopes=scopes[one.pk],
            )
        )
    return found


def _by_kind(answers: Sequence[Answer]) -> list[Known]:
    kinds = sorted({kind for kind, _, _ in answers}, key=title_of)
    return [_known_of(kind, [one for one in answers if one[0] == kind]) for kind in kinds]


def _known_of(kind: str, answers: Sequence[Answer]) -> Known:
    seconds = usual_seconds([ms for _, _, ms in answers])
    return Known(title_of(kind), accuracy(met for _, met, _ in answers), seconds)


def accuracy(met: Iterable[bool]) -> Accuracy:
    answers = list(met)
    return Accuracy(sum(answers), len(answers))
