"""Records before people and programs: a certificate, its proof, and what each may see."""

import hashlib
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.audit import tlog
from apps.audit.models import Event
from apps.audit.tags import Tag
from apps.preservation import custody, proof, rosette
from apps.preservation import services as preservation
from apps.preservation.models import Approval, Record
from apps.preservation.reasons import Why
from apps.preservation.sheet import sheet
from tests.intake import files
from tests.intake.browsers import BACKEND
from tests.preservation import originals
from tests.preservation.originals import kept


@pytest.fixture
def record(house) -> Record:
    return kept(house)


@pytest.fixture
def browser(house):
    def signed_in(person) -> Client:
        client = Client()
        client.force_login(person, backend=BACKEND)
        return client

    return signed_in


def text_of(response) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_page_says_what_was_received_and_names_no_file(browser, house, record):
    said = text_of(browser(house.clara).get(f"/records/{record.reference}/"))
    assert record.sha256[:8] in said and record.sha512[-8:] in said
    assert "never a substitute for the original" in said
    assert "contract.pdf" not in said
    assert Event.objects.filter(tag=Tag.RECORD_SHOWN, subject=record.reference).count() == 1


@pytest.mark.parametrize("person", ["clara", "rosa"])
def test_nothing_is_called_valid(browser, house, record, person):
    said = text_of(browser(getattr(house, person)).get(f"/records/{record.reference}/"))
    assert not re.search(r"\bvalid\b", said, re.IGNORECASE)


def test_the_list_shows_own_records_newest_first_and_pages_by_key(browser, house, monkeypatch):
    monkeypatch.setattr("apps.preservation.views.records.PAGE", 2)
    made = [kept(house, files.pdf(pages=1 + n), declared=True) for n in range(3)]
    client = browser(house.clara)
    first = text_of(client.get("/records/"))
    assert made[2].reference in first and made[1].reference in first
    assert made[0].reference not in first
    older = re.search(r"\?before=[0-9a-f-]+", first)
    assert made[0].reference in text_of(client.get(f"/records/{older[0]}"))
    assert made[2].reference not in text_of(client.get(f"/records/?before={made[2].pk}"))
    assert made[2].reference not in text_of(browser(house.cleo).get("/records/"))


@pytest.mark.parametrize("address", ["/records/", "/records/{}/"])
def test_more_records_take_no_more_queries(browser, house, address):
    asked = []
    for _ in range(2):
        record = kept(house, again=True)
        client = browser(house.rosa)
        client.get("/records/")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            text_of(client.get(address.format(record.reference)))
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 45


def test_the_original_leaves_with_a_reason_byte_for_byte(browser, house, record):
    client = browser(house.clara)
    address = f"/records/{record.reference}/original/"
    assert client.post(address).status_code == 422
    assert not Event.objects.filter(tag=Tag.ORIGINAL_DOWNLOADED).exists()
    response = client.post(address, {"reason": "court"})
    assert b"".join(response) == originals.signed()
    assert (
        response.headers["Content-Disposition"] == f'attachment; filename="{record.reference}.pdf"'
    )


def test_an_approval_is_recorded_through_the_page(browser, house, record):
    form = {"key": str(record.pk), "what": "approved", "comment": "Signed off."}
    client = browser(house.clara)
    for _ in range(2):
        client.post(f"/records/{record.reference}/approval/", form)
    assert Approval.objects.count() == 1
    assert "Signed off." in text_of(client.get(f"/records/{record.reference}/words/"))
    assert "Signed off." not in text_of(client.get(f"/records/{record.reference}/"))


def test_without_the_right_to_evidence_none_is_shown(house, record):
    house.clara.groups.clear()
    house.clara.user_permissions.set(permissions("view_record", "view_document"))
    user = type(house.clara).objects.get(pk=house.clara.pk)
    seen = sheet(record, user=user)
    assert (seen.evidence, seen.verdicts, list(seen.approvals)) == (False, None, [])


def permissions(*names):
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=names)


def test_the_chain_tells_every_touch_from_receipt_on(house, record):
    preservation.download(record, reason=Why.COURT, user=house.clara).close()
    said = [touch.event.tag for touch in custody.chain(record).touches]
    assert said == [
        Tag.ARTIFACT_SEALED,
        Tag.DOCUMENT_RECEIVED,
        Tag.ARTIFACT_OPENED,
        Tag.RECORD_SEALED,
        Tag.ARTIFACT_OPENED,
        Tag.ORIGINAL_DOWNLOADED,
    ]


def test_the_chain_comes_page_by_page(house, record, monkeypatch):
    monkeypatch.setattr(custody, "COUNT", 3)
    first = custody.chain(record)
    second = custody.chain(record, after=first.after)
    assert (len(first.touches), len(second.touches), second.after) == (3, 1, None)
    assert first.events[-1].pk < second.events[0].pk


def test_the_same_bytes_draw_the_same_figure():
    one, other = (hashlib.sha256(content).hexdigest() for content in (b"one", b"other"))
    assert rosette.paths(one) == rosette.paths(one) != rosette.paths(other)
    assert len(rosette.paths(one)) == 20
    for path in rosette.paths("ff" * 32):
        numbers = [float(number) for number in re.findall(r"[\d.]+", path)]
        assert all(0 <= number <= rosette.SIZE for number in numbers)


def test_the_proof_leads_from_the_hashes_to_a_signed_root(real_house, sealing):
    record = kept(real_house)
    assert proof.inclusion(record) is None
    sealing.drain()
    shown = proof.inclusion(record)
    facts = json.loads(shown.body)["facts"]
    assert (facts["sha256"], facts["sha512"]) == (record.sha256, record.sha512)
    leaf = tlog.leaf_hash(shown.body.encode())
    path = [bytes.fromhex(one) for one in shown.path]
    about = {"index": shown.index, "size": shown.size, "path": path}
    assert tlog.includes(leaf, root=bytes.fromhex(shown.root), **about)
    assert not tlog.includes(tlog.leaf_hash(b"other"), root=bytes.fromhex(shown.root), **about)
