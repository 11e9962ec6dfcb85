"""Forms of any kind: printed keys with answers, boxes to tick, lines to sign on."""

from __future__ import annotations

import random
from datetime import date, timedelta

from apps.extraction.synthetic import content, people
from apps.extraction.synthetic.office import Pair, Paper, lay_out
from apps.extraction.synthetic.page import Draft

NEWEST = date(2026, 10, 30)


def draw(rng: random.Random, *, single: bool) -> Draft:
    """Invent a form that somebody filled in; it takes one page with or without `single`."""
    code = rng.choice(people.countries(content.load("form")))
    words = content.chosen(content.load("form")[people.language(code).code], rng)
    number = f"{rng.choice(('F', 'A-', ''))}{rng.randrange(10_000, 999_999)}"
    day = NEWEST - timedelta(days=rng.randrange(500))
    name = people.person(code, rng)
    firm = people.firm(code, rng)
    title, keys = rng.choice(words["kinds"])
    others = [answer for (answer,) in words["answers"]]
    pairs = [
        Pair(words["number"], number),
        Pair(words["date"], people.language(code).day(day)),
        Pair(words["name"], name),
        *(Pair(key, rng.choice(others), value=False) for key in keys),
        Pair(words["remarks"], rng.choice(others), value=False),
    ]
    paper = Paper(
        title=title,
        issuer=(firm.name, *firm.address.lines, firm.phone),
        pairs=pairs,
        ticks=[(label, crossed) for label, crossed in words["ticks"]],
        signs=list(words["signs"].values()),
        note=words["note"],
    )
    return Draft(
        name=words["file"].format(number=number.lower()),
        doctype="form",
        truth={"form_number": number, "date": day.isoformat(), "name": name},
        sheets=[lay_out(paper, rng)],
    )
