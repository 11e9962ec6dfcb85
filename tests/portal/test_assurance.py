"""The page about reading: what is measured, what people found, and who sets the standard."""

import pytest

from apps.base.scope import acting_for
from apps.extraction import standards
from apps.extraction.calibration import files
from apps.extraction.calibration.files import Source
from apps.extraction.models import Standard
from apps.extraction.standards import Demanded
from apps.review.models import Lesson
from portal import assurance
from portal.assurance import TARGETS, Audited
from portal.templatetags.ui import percent
from tests.extraction.test_calibration import known, worth
from tests.intake import browsers
from tests.portal.test_charts import COUNTED
from tests.review import desk as desks

PAGE = "/assurance/reading/"
SAID = {"error_target": "0.01", "audit_share": "0.05", "reason": "A quiet quarter."}

as_, desk = browsers.as_, desks.desk


@pytest.fixture
def owl(monkeypatch):
    """One engine of which something is known, and one of which nothing was measured."""
    owl = known(
        {("", "", ""): worth(-1.0)},
        engine="owl/1",
        sources=(Source("manifest", "receipt", 90, 1000, 35),),
        bins={("invoice", "amount", "manifest"): COUNTED, ("receipt", "date", "drawn"): COUNTED},
    )
    by_hand = known({("", "", ""): worth(-1.0)}, engine="crow/1")
    monkeypatch.setattr(files, "load_all", lambda: {"crow/1": by_hand, "owl/1": owl})
    return owl


def lesson(house, confidence: float, *, right: bool = True, **said: object) -> Lesson:
    about = {
        "organisation_id": house.halden.pk,
        "engine": "owl/1",
        "doctype": "invoice",
        "type": "amount",
        "field": "grand_total",
        "reason": "audit",
        "evidence": [0.9, 0.9, False, "none"],
        "failed": False,
        "flagged": False,
        "weight": 50.0,
    }
    return Lesson.objects.create(confidence=confidence, right=right, **{**about, **said})


def shown(house, **how: str) -> assurance.Assurance:
    return assurance.assurance(house.halden.pk, **how)


# What is known


def test_each_class_that_was_measured_is_shown(house, owl):
    found = shown(house)
    assert found.engine == "owl/1"
    assert [one.name for one in found.classes] == ["receipt", "invoice"]  # by their titles
    assert [one.fields for one in found.classes] == [1000, 1000]


def test_the_engine_that_read_last_is_shown_unless_another_is_named(desk, owl):
    desk.delivered()
    assert shown(desk.house).engine == "fake/1"
    assert shown(desk.house).known is None
    assert shown(desk.house, engine="owl/1").known is owl
    assert shown(desk.house, engine="../secret").engine == "fake/1"


def test_only_engines_that_were_measured_are_offered(house, owl):
    assert shown(house).others == []
    assert shown(house, engine="crow/1").others == ["owl/1"]


def test_a_target_says_what_it_would_cost(house, owl):
    costs = [one.review for one in assurance.choices(owl)]
    assert [one.error_target for one in assurance.choices(owl)] == list(TARGETS)
    assert costs == sorted(costs, reverse=True)
    assert costs[0] == 1.0
    assert {one.review for one in assurance.choices(None)} == {1.0}


def test_the_review_share_of_a_class_follows_from_the_standard(house, owl):
    standards.choose(Demanded(0.02, 0.0), reason="Enough.", user=house.carl)
    invoice = shown(house).classes[1]
    assert (invoice.threshold, invoice.review) == (0.9, pytest.approx(0.1))
    standards.choose(Demanded(0.0001, 0.0), reason="Not enough.", user=house.carl)
    invoice = shown(house).classes[1]
    assert (invoice.threshold, invoice.review) == (None, 1.0)


# What people found here


def test_audits_are_counted_by_class_and_together(house, owl):
    for right in (True, True, False):
        lesson(house, 0.95, right=right)
    lesson(house, 0.95, doctype="receipt")
    lesson(house, 0.95, reason="low confidence")
    lesson(house, 0.95, engine="crow/1")
    found = shown(house)
    assert (found.audited.fields, found.audited.wrong) == (4, 1)
    assert [one.audited for one in found.classes] == [Audited(1, 0), Audited(3, 1)]
    assert 0.25 < found.audited.most < 1


def test_people_s_findings_are_a_curve_of_their_own(house, owl):
    for number in range(30):
        lesson(house, 0.95, right=number > 2)
    lesson(house, 0.95, failed=True, right=False)
    lesson(house, 0.95, reason="flagged", right=False)
    [point] = shown(house).classes[1].points_here
    assert (point.high, point.fields, point.right) == (1.0, 30, 0.9)


@pytest.mark.parametrize("confidence", [0.0, 0.5, 0.9994, 1.0])
def test_every_confidence_has_its_bin(house, owl, confidence):
    lesson(house, confidence)
    assert sum(assurance._bins_here("owl/1")["invoice"].fields) == 1


def test_what_others_found_is_not_counted(house, owl):
    with acting_for(house.northmere.pk):
        lesson(house, 0.95, organisation_id=house.northmere.pk)
    assert shown(house).audited == Audited()


# The page


@pytest.mark.parametrize("name", ["carl", "lena", "rosa"])
def test_the_page_shows_curves_and_their_numbers(as_, house, owl, name):
    lesson(house, 0.95, right=False)
    text = as_(getattr(house, name)).get(PAGE).content.decode()
    assert text.count('<svg class="chart"') == 4
    assert text.count('role="img"') == 4
    assert "<table>" in text
    assert "1 of 1" in text
    assert "owl/1" in text


def test_only_the_compliance_officer_is_offered_a_choice(as_, house, owl):
    pages = {n: as_(getattr(house, n)).get(PAGE).content.decode() for n in ("carl", "lena", "rosa")}
    assert [name for name, text in pages.items() if "Set the standard" in text] == ["carl"]


def test_a_standard_is_set_on_the_page(as_, house, owl):
    response = as_(house.carl).post(PAGE, SAID, follow=True)
    assert standards.of_organisation(house.halden.pk) == Demanded(0.01, 0.05)
    text = response.content.decode()
    assert "It holds for every document that is read from now on." in text
    assert "A quiet quarter." in text


@pytest.mark.parametrize(
    "wrong",
    [{"error_target": "0.9"}, {"audit_share": "-1"}, {"reason": ""}, {"reason": "x" * 301}],
)
def test_what_makes_no_sense_is_told_and_sets_nothing(as_, house, owl, wrong):
    response = as_(house.carl).post(PAGE, {**SAID, **wrong})
    assert response.status_code == 422
    assert 'class="error"' in response.content.decode()
    assert not Standard.objects.exists()


@pytest.mark.parametrize("name", ["lena", "rosa", "clara"])
def test_others_set_nothing(as_, house, owl, name):
    assert as_(getattr(house, name)).post(PAGE, SAID).status_code == 403
    assert not Standard.objects.exists()


def test_without_a_calibration_the_page_says_that_people_look_at_everything(as_, desk, owl):
    desk.delivered()
    text = as_(desk.house.carl).get(PAGE).content.decode()
    assert "Nothing was measured for fake/1" in text


def test_where_a_target_cannot_be_promised_the_page_says_so(as_, house, owl):
    standards.choose(Demanded(0.0001, 0.0), reason="Never again.", user=house.carl)
    text = " ".join(as_(house.carl).get(PAGE).content.decode().split())
    assert "cannot promise at most 0.01 % wrong" in text


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (0.0025, "0.25 %"), (0.005, "0.5 %"), (0.0133, "1.3 %"), (0.2, "20 %"),
     (0.905, "90.5 %"), (0.9985, "99.85 %"), (1, "100 %"), (None, "–")],
)  # fmt: skip
def test_shares_are_said_as_per_cent(share, said):
    assert percent(share) == said
