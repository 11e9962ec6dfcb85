"""What was erased is reached by nobody: no role, no program, no cache, no export, no listing."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from apps.base.errors import Gone
from apps.retention import services as retention
from apps.review.models import Decision
from apps.vault import services as vault
from apps.vault.models import Artifact
from tests.api.calls import ledger, program
from tests.conftest import SYSTEM
from tests.delivery.papers import HIDDEN, clear

__all__ = ["ledger", "program"]

EVERYBODY = ("clara", "cleo", "ida", "mallory", "rita", "remy", "lena", "rosa", "carl", "otto")
PAGES = (
    "",
    "status/",
    "trail/",
    "seen/",
    "result.json",
    "result.csv",
    "transcript.txt",
    "fields/iban/",
    "consent/",
    "receipt/",
)


@pytest.fixture
def sent(desk, request):
    """A delivered document, of which content was fetched once by every way there is."""
    return clear(desk, sender=desk.house.ida)


@pytest.fixture(params=["by its clocks", "at a wish", "for a person who asked"])
def erased(request, desk, sent):
    house = desk.house
    if request.param == "by its clocks":
        last = max(Artifact.objects.values_list("due_at", flat=True))
        retention.erase_due(now=last)
    elif request.param == "at a wish":
        retention.delete(sent, user=house.clara)
    else:
        wish = retention.open_request([sent.reference], case="DSR-1", user=house.carl)
        retention.erase_item(wish.items.get(), user=house.carl)
    return sent


def tells(content: bytes) -> list[str]:
    return [value for value in HIDDEN if value.encode() in content]


def test_no_role_reaches_it(desk, erased, as_):
    for name in EVERYBODY:
        client = as_(getattr(desk.house, name))
        for page in PAGES:
            answer = client.get(f"/jobs/{erased.reference}/{page}")
            assert not tells(answer.content), (name, page)
            assert answer.status_code != 200 or page not in ("result.json", "transcript.txt")
        reveal = client.post(f"/jobs/{erased.reference}/fields/iban/reveal/", {"reason": "audit"})
        assert reveal.status_code in (403, 404, 409, 410)
        assert not tells(client.get("/jobs/results.csv").content)


def test_no_program_reaches_it(desk, erased, ledger):
    for path in ("", "result/", "transcript/"):
        answer = ledger.get(f"jobs/{erased.reference}/{path}")
        assert not tells(answer.content)
        assert answer.status_code == 200 if path == "" else answer.status_code in (404, 410)


def test_no_cache_store_or_row_has_it(desk, erased, stored):
    assert stored() == []
    assert list(vault.store().names("")) == []
    assert not tells(str(getattr(cache, "_cache", {})).encode())
    for artifact in Artifact.objects.of_document(erased.pk):
        with pytest.raises(Gone):
            vault.open(artifact, actor=SYSTEM, purpose="test")
    assert not Decision.objects.exclude(sealed=None).exists()
    assert not erased.fields.exclude(sealed=None).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM vault_artifactkey")
        assert cursor.fetchone() == (0,)


def test_a_guard_of_this_test_itself_what_is_not_erased_is_reached(desk, sent, ledger):
    answer = ledger.get(f"jobs/{sent.reference}/result/")
    assert answer.status_code == 200
    assert Artifact.objects.alive().filter(due_at__gt=timezone.now()).exists()
