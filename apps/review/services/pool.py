"""The pool of known answers: slits of drawn documents, read and doubted as real ones are.

A suggestion is the engine's own. Where it is right, every other one is made wrong by a character
that looks like the right one: who accepts without looking is told from who looks.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cache
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.base.ids import uuid7
from apps.base.types import Box
from apps.extraction import calibration, doctypes, drawing, kept
from apps.extraction import services as extraction
from apps.extraction.doctypes import DocType, FieldRule
from apps.extraction.fields import Found
from apps.extraction.models import Content, to_box, to_edges
from apps.extraction.rehearsing import Rehearsed, rehearse
from apps.extraction.synthetic import KINDS, draw
from apps.extraction.typed import means_the_same
from apps.extraction.values import Habits
from apps.review.crops import Slit, draw_slit
from apps.review.lookalikes import differs_slightly, likes_of
from apps.review.models import Decision, KnownAnswer, Task
from apps.review.rules import Judged, Reason, State, needs_eyes
from apps.review.services.quality import rule_in_force
from apps.review.services.slits import SYSTEM, boxes_of, geometry_of
from apps.vault import services as vault
from apps.vault.classes import ArtifactClass
from apps.vault.models import Artifact
from apps.vault.sealing import Sealing

LATEST = 2000  # tasks whose classes are those that people are asked about
ENOUGH = 240  # known answers of a class, fresh enough to be given
MOST_OF_ONE = 4  # slits of one drawn document
FORMS = ("jpeg", "scan.pdf")
WORN = (0.35, 0.95)  # as a drawn page is scanned and handled


@dataclass(frozen=True, slots=True)
class _Slip:
    """One field of a drawn document, and what is right of it."""

    found: Found
    rule: FieldRule
    suggested: Content
    truth: Content
    reason: Reason
    failed: Sequence[str]
    planted: bool


@dataclass(frozen=True, slots=True)
class _Paper:
    """A page of a drawn document, and the id under which all of it is sealed."""

    read: Rehearsed
    doctype: str
    organisation: UUID
    number: int  # from 1
    key: UUID = field(default_factory=uuid7)

    @property
    def image(self) -> bytes:
        return self.read.images[self._at]

    @property
    def layout(self) -> list[list[int]]:
        return [kept.ten_thousandths(word.box) for word in self.read.pages[self._at].words]

    def sealed(self, slits: Sequence[Slit]) -> list[Sealing]:
        """The page image and its slits, in this order; whoever called keeps or aborts them."""
        parts = [(ArtifactClass.PAGE_IMAGE, self.image)]
        parts += [(ArtifactClass.CROP, slit.png) for slit in slits]
        return [
            vault.prepare(content, kind=kind, organisation=self.organisation, document=self.key)
            for kind, content in parts
        ]

    @property
    def _at(self) -> int:
        return [page.number for page in self.read.pages].index(self.number)


def refill(organisation: UUID, *, now: datetime, documents: int, seed: int | None = None) -> int:
    """Draw and read some documents of classes that lack known answers; how many were made.

    What can no longer be shown is retired first. Where no known answers are wanted, none are made.

    Raises:
        Unavailable: the reader cannot be reached.
    """
    _retire(now)
    if not rule_in_force().known_share:
        return 0
    rng = random.Random(seed)  # noqa: S311  (what it draws is no secret)
    made = 0
    for _ in range(documents):
        lacking = _lacking()
        if not lacking:
            break
        made += _make(rng.choice(lacking), rng, organisation)
    return made


def _lacking() -> list[str]:
    """Classes that people are asked about here, and that have too few known answers."""
    asked = Task.objects.real().order_by("-id").values_list("doctype", flat=True)[:LATEST]
    there = KnownAnswer.objects.filter(retired_at=None).values_list("doctype", flat=True)
    counts = Counter(there)
    return sorted(name for name in set(asked) & set(_kinds()) if counts[name] < ENOUGH)


@cache
def _kinds() -> dict[str, tuple[str, ...]]:
    """The kinds of drawn documents of each class."""
    found: dict[str, tuple[str, ...]] = {}
    for kind in KINDS:
        doctype = draw(kind, seed=0).doctype
        found[doctype] = (*found.get(doctype, ()), kind)
    return found


def _make(name: str, rng: random.Random, organisation: UUID) -> int:
    """Known answers of one drawn document."""
    drawn = draw(
        rng.choice(_kinds()[name]),
        seed=rng.randrange(10**9),
        worn=rng.uniform(*WORN),
        form=rng.choice(FORMS),
    )
    read = rehearse(drawn.content, drawn.media_type, doctype=drawn.doctype)
    slips = list(_slips(read, doctypes.get(drawn.doctype), drawn.truth, rng))
    rng.shuffle(slips)
    slips.sort(key=lambda slip: slip.reason is Reason.AUDIT)  # what would be asked comes first
    chosen = slips[:MOST_OF_ONE]
    for number in sorted({slip.found.page for slip in chosen}):
        of_page = [slip for slip in chosen if slip.found.page == number]
        _keep(of_page, _Paper(read, drawn.doctype, organisation, number))
    return len(chosen)


def _slips(
    read: Rehearsed, doctype: DocType, truth: Mapping[str, str], rng: random.Random
) -> Iterator[_Slip]:
    """Fields whose slit shows the right answer: read rightly, or wrongly by a few characters."""
    for one in read.fields:
        if not isinstance(one, Found) or one.name not in truth or not one.boxes:
            continue
        rule = doctype.rule(one.name)
        right, _ = extraction.check_typed(read.habits, rule, truth[one.name])
        if means_the_same(one.normalised, right, kind=rule.type):
            yield _rightly_read(one, rule, doctype, read, rng)
        elif differs_slightly(one.normalised, right):
            suggested = _content(one, doctype, rule)
            known = Content(truth[one.name], right)
            reason = _reason(one, rule, doctype, read.engine)
            yield _Slip(one, rule, suggested, known, reason, one.failed, planted=False)


def _rightly_read(
    one: Found, rule: FieldRule, doctype: DocType, read: Rehearsed, rng: random.Random
) -> _Slip:
    """With the suggestion as it was read, or with one character of it made wrong."""
    content = _content(one, doctype, rule)
    truth = Content(content.value, content.normalised)
    reason = _reason(one, rule, doctype, read.engine)
    wrong = _spoilt(content, rule, read.habits, rng) if rng.random() < 0.5 else None
    if wrong is None:
        return _Slip(one, rule, content, truth, reason, one.failed, planted=False)
    _, checks = extraction.check_typed(read.habits, rule, wrong.value)
    failed = [name for name, passed in checks if not passed]
    reason = Reason.CHECK_FAILED if failed else Reason.LOW_CONFIDENCE
    return _Slip(one, rule, wrong, truth, reason, failed, planted=True)


def _spoilt(
    content: Content, rule: FieldRule, habits: Habits, rng: random.Random
) -> Content | None:
    """The content with one character taken for another; None where that would change nothing."""
    places = [at for at, sign in enumerate(content.value) if likes_of(sign)]
    rng.shuffle(places)
    for at in places:
        sign = likes_of(content.value[at])[0]
        value = content.value[:at] + sign + content.value[at + 1 :]
        normalised, _ = extraction.check_typed(habits, rule, value)
        if normalised and not means_the_same(normalised, content.normalised, kind=rule.type):
            glyphs = _spelling(content, at, sign)
            others = (content.value, *content.others)[:3]
            return replace(
                content, value=value, normalised=normalised, glyphs=glyphs, others=others
            )
    return None


def _spelling(content: Content, at: int, sign: str) -> tuple[tuple[str, float, float, float], ...]:
    """The glyphs with one of them another sign, of which the engine seems to be in doubt."""
    place = sum(not one.isspace() for one in content.value[:at])
    glyphs = list(content.glyphs)
    if place < len(glyphs) and len(glyphs[place][0]) == 1:
        _, sure, left, right = glyphs[place]
        glyphs[place] = (sign, min(sure, 0.62), left, right)
    return tuple(glyphs)


def _content(one: Found, doctype: DocType, rule: FieldRule) -> Content:
    glyphs = tuple((g.text, round(g.confidence, 4), g.left, g.right) for g in one.glyphs)
    whole = Content(one.value, one.normalised, tuple(one.others), glyphs)
    return kept.without_fragments(whole, doctype, rule)


def _reason(one: Found, rule: FieldRule, doctype: DocType, engine: str) -> Reason:
    """Why it would be asked; what would be accepted is audited now and then."""
    enough = calibration.threshold(rule, doctype, engine)
    judged = Judged(True, rule.required, one.confidence, enough, one.failed, one.flags)
    return needs_eyes(judged) or Reason.AUDIT


def _keep(slips: Sequence[_Slip], paper: _Paper) -> None:
    """Cut slits of one page as real ones are cut; page, slits and values are sealed together."""
    pixels, words = drawing.decode(paper.image), boxes_of(paper.layout)
    slits = [draw_slit(pixels, _windows(slip), words) for slip in slips]
    page, *crops = paper.sealed(slits)
    try:
        with transaction.atomic():
            image = vault.keep(page, actor=SYSTEM)
            cipher = vault.open_values(paper.key, organisation=paper.organisation, actor=SYSTEM)
            for slip, slit, crop in zip(slips, slits, crops, strict=True):
                known = _known(slip, paper, slit)
                known.image, known.crop = image, vault.keep(crop, actor=SYSTEM)
                known.seal(slip.suggested, slip.truth, cipher)
                known.save(force_insert=True)
    except BaseException:
        for sealing in (page, *crops):
            sealing.abort()
        raise


def _known(slip: _Slip, paper: _Paper, slit: Slit) -> KnownAnswer:
    return KnownAnswer(
        organisation_id=paper.organisation,
        paper=paper.key,
        doctype=paper.doctype,
        name=slip.found.name,
        kind=slip.rule.type.value,
        language=paper.read.language,
        reason=slip.reason,
        page=paper.number,
        geometry={**geometry_of(slit), "page": paper.number},
        layout=paper.layout,
        boxes=[to_edges(box) for box in slip.found.boxes],
        flags=list(slip.found.flags),
        failed=list(slip.failed),
        habits=asdict(paper.read.habits),
        planted=slip.planted,
    )


def _windows(slip: _Slip) -> list[Box]:
    """By the boxes as the database keeps them."""
    return [to_box(to_edges(box)) for box in slip.found.boxes]


def _retire(now: datetime) -> None:
    """What lost slit or page to the clock is given to nobody any more, and its values go too.

    Nobody sent a drawn paper: no hold, exception or consent is about it, so nobody above is asked.
    """
    lost = Q(crop__shredded_at__isnull=False) | Q(image__shredded_at__isnull=False)
    for known in KnownAnswer.objects.filter(lost, retired_at=None):
        with transaction.atomic():
            for artifact in Artifact.objects.of_document(known.paper).alive():
                vault.shred(artifact, actor=SYSTEM, reason="policy")
            Task.objects.open().filter(known=known).update(state=State.WITHDRAWN, claim=None)
            Decision.objects.filter(task__known=known).update(sealed=None)
            gone = {"suggested": None, "truth": None, "retired_at": now}
            KnownAnswer.objects.filter(pk=known.pk).update(**gone)
