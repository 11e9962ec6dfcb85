"""A signed original, its verdict, its copies and its evidence on their way out leave no content."""

from django.utils import timezone

from apps.intake.models import Document
from apps.jobs import runner
from apps.jobs.flow import State
from apps.preservation import fixity
from apps.preservation.models import Record
from apps.preservation.packages import services as evidencing
from apps.preservation.packages.services import Why
from tests.canary import papers
from tests.canary.test_canary import Office, birds, office, said
from tests.preservation import pki

__all__ = ["Office", "birds", "office"]

SIGNED = {"said": "reason", "aside": "location", "typed": "name"}  # what a signer writes beside it


def signed(birds) -> bytes:
    words = {about: birds[place] for place, about in SIGNED.items()}
    content = pki.sign(papers.invoice(birds), pki.house().alice, **words)
    assert birds.found_in(content) >= set(SIGNED)
    return content


def test_a_signed_original_leaves_nothing_but_its_record(office, ground, birds, sealing):
    with sealing.at_work():
        assert office.send(signed(birds)).status_code == 201
        document = Document.objects.get()
        office.walk(document)
        office.decide()
        assert office.walk(document) == State.SUCCEEDED
        record = Record.objects.get(document=document)
        fixity.check_due(record.organisation_id, now=timezone.now(), most=10**9)
        carl = office.house.carl
        package = evidencing.ask(record, reason=Why.AUDIT, original=False, user=carl)
        runner.run(evidencing.job_of(package).pk)
    browser = office.as_(carl)
    for page in ("/records/", "/records/copies/", f"/records/{record.reference}/evidence/",
                 f"/records/evidence/{package.reference}/"):  # fmt: skip
        ground.answers.append(said(browser.get(page)))
    office.look_around(document)
    assert ground.look(birds) == {}
