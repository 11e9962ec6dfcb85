"""Papers of physicians and hospitals about a patient."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from apps.extraction.registers import compact
from apps.extraction.synthetic import content, people, personal
from apps.extraction.synthetic.office import Pair, Paper, lay_out
from apps.extraction.synthetic.page import Draft
from apps.extraction.synthetic.people import Address
from apps.extraction.synthetic.personal import Person

NEWEST = date(2026, 10, 30)


@dataclass(frozen=True, slots=True)
class Case:
    practice: str
    address: Address
    phone: str
    patient: Person
    words: Mapping[str, Any]  # one chosen of each list
    number: str
    physician: str
    seen: date
    code: str
    diagnosis: str


def draw(rng: random.Random, *, single: bool) -> Draft:
    """Invent a case; its paper takes one page with or without `single`."""
    case = _compose(rng)
    return Draft(
        name=case.words["file"].format(number=case.number.lower()),
        doctype="medical_form",
        truth=_truth(case),
        sheets=[lay_out(_paper(case), rng)],
    )


def _compose(rng: random.Random) -> Case:
    code = rng.choice(people.countries(content.load("medical_form")))
    words = content.chosen(content.load("medical_form")[people.language(code).code], rng)
    address, doctor = people.address(code, rng), people.person(code, rng)
    icd, diagnosis = rng.choice(words["diagnoses"])
    return Case(
        practice=words["practices"].format(place=address.place, doctor=doctor),
        address=address,
        phone=people.phone(code, rng),
        patient=personal.person(code, rng),
        words=words,
        number=f"{rng.choice(('', 'P', 'H-'))}{rng.randrange(10_000, 999_999)}",
        physician=words["doctor"].format(doctor=doctor),
        seen=NEWEST - timedelta(days=rng.randrange(400)),
        code=icd,
        diagnosis=diagnosis,
    )


def _truth(case: Case) -> dict[str, str]:
    return {
        "patient": case.patient.name,
        "dob": case.patient.born.isoformat(),
        "patient_number": case.number,
        "health_number": compact(case.patient.health),
        "insurer": case.words["insurers"],
        "physician": case.physician,
        "visit_date": case.seen.isoformat(),
        "diagnosis_code": case.code,
    }


def _paper(case: Case) -> Paper:
    words, patient = case.words, case.patient
    day = people.language(patient.country).day
    pairs = (
        (words["patient"], patient.name),
        (words["born"], day(patient.born)),
        (words["number"], case.number),
        (words["health"][patient.country], patient.health),
        (words["insurer"], words["insurers"]),
        (words["physician"], case.physician),
        (words["seen"], day(case.seen)),
        (words["code"], case.code),
    )
    return Paper(
        title=words["title"],
        issuer=(case.practice, *case.address.lines, case.phone),
        pairs=[Pair(label, text) for label, text in pairs],
        ticks=[(label, crossed) for label, crossed in words["ticks"]],
        prose=[words["prose"].format(diagnosis=case.diagnosis)],
        signs=list(words["signs"].values()),
        note=words["note"],
    )
