"""The file of purposes agrees with itself, with the document classes and with the database."""

import pytest

from apps.extraction import doctypes
from apps.intake import purposes
from apps.intake.models import Submission

TERMS = purposes.load()


@pytest.mark.parametrize("name", TERMS.purposes)
def test_a_purpose_rests_on_bases_that_exist(name):
    bases = TERMS.purposes[name].bases
    assert bases
    assert set(bases) <= set(TERMS.bases)
    assert len(set(bases)) == len(bases)


@pytest.mark.parametrize("name", TERMS.purposes)
def test_a_purpose_concerns_classes_that_exist(name):
    concerned = TERMS.purposes[name].doctypes
    assert concerned
    assert set(concerned) <= {doctype.name for doctype in doctypes.load_all()}


def test_every_basis_carries_some_purpose():
    assert {basis for one in TERMS.purposes.values() for basis in one.bases} == set(TERMS.bases)


def test_every_class_but_the_rest_is_some_purpose_s_concern():
    concerned = {name for one in TERMS.purposes.values() for name in one.doctypes}
    assert {doctype.name for doctype in doctypes.load_all()} - concerned == {"other"}


def test_no_two_are_called_the_same():
    for known in (TERMS.purposes, TERMS.bases):
        assert len({one.title for one in known.values()}) == len(known)


def test_names_fit_where_they_are_kept():
    longest = {field.name: field.max_length for field in Submission._meta.fields}
    assert max(map(len, TERMS.purposes)) <= longest["purpose"]
    assert max(map(len, TERMS.bases)) <= longest["basis"]
    assert max(len(doctype.name) for doctype in doctypes.load_all()) <= longest["doctype"]


def test_identity_rests_on_a_duty_or_a_consent_and_never_on_a_contract():
    assert "contract" not in TERMS.purposes["check-identity"].bases
