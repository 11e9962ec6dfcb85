"""What a file says besides its looks is heard once, told on the trail, and kept nowhere."""

from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.extraction.fields import Second
from apps.extraction.models import Field
from apps.extraction.witnesses import Witnesses
from apps.intake.models import Document
from apps.review.models import Task
from apps.review.rules import Reason
from tests.extraction.layered import hidden
from tests.intake.looking import everything_in_the_database, everything_on_disk, facts
from tests.review import desk as desks
from tests.review.conftest import stored as _stored
from tests.review.desk import IBAN

desk, stored = desks.desk, _stored
OTHER_TOTAL, OTHER_NUMBER = "7719184.60", "XQ-77315-WW"


def field(document: Document, name: str) -> Field:
    return document.fields.get(name=name)


def flagged(document: Document) -> list[dict[str, object]]:
    return [facts(event) for event in Event.objects.filter(tag=Tag.DOCUMENT_FLAGGED)]


def test_a_file_that_says_nothing_aside_is_not_flagged(desk):
    document = desk.paper()
    assert flagged(document) == []
    assert {one.second for one in document.fields.all()} == {Second.NONE}


def test_data_that_agree_are_kept_as_evidence(desk):
    desk.said = Witnesses(invoices=[{"grand_total": ["9184.60"], "iban": [IBAN]}])
    document = desk.paper()
    assert field(document, "grand_total").second is Second.AGREES
    assert field(document, "issue_date").second is Second.NONE
    assert flagged(document) == []


def test_data_that_differ_send_even_a_sure_field_to_a_person_and_flag_the_document(desk):
    desk.said = Witnesses(invoices=[{"grand_total": [OTHER_TOTAL]}])
    document = desk.paper()
    assert field(document, "grand_total").flags == ["embedded differs"]
    assert field(document, "grand_total").second is Second.DIFFERS
    assert Task.objects.get(field__name="grand_total").reason == Reason.FLAGGED
    assert flagged(document) == [{"flags": ["embedded differs"]}]


def test_hidden_text_flags_the_document_when_no_field_is_touched(desk):
    desk.said = Witnesses(layers=[hidden("{{Sig_es_:signer1}}")])
    document = desk.paper()
    assert flagged(document) == [{"flags": ["hidden text"]}]
    assert not any(one.flags for one in document.fields.all())


def test_a_document_of_several_pages_hears_them_all(desk):
    desk.pages = 2
    desk.said = Witnesses(invoices=[{"grand_total": [OTHER_TOTAL]}], refused=True)
    document = desk.paper()
    assert flagged(document) == [{"flags": ["embedded differs", "refused invoice"]}]


def test_what_witnesses_say_is_kept_nowhere(desk, stored, tmp_path):
    desk.said = Witnesses(
        layers=[hidden("Total", OTHER_TOTAL)],
        codes=[f"BCD\n002\n1\nSCT\n\nWhimbrelson\n{IBAN}\nEUR{OTHER_TOTAL}"],
        invoices=[{"invoice_number": [OTHER_NUMBER], "grand_total": [OTHER_TOTAL]}],
    )
    document = desk.paper()
    assert flagged(document) == [
        {"flags": ["code differs", "embedded differs", "hidden", "hidden text"]}
    ]
    kept = everything_in_the_database()
    for word in (OTHER_TOTAL, OTHER_NUMBER, "Whimbrelson"):
        assert word not in kept
        assert word.encode() not in everything_on_disk(tmp_path)
