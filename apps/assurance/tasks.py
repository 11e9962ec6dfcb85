from celery import shared_task
from django.utils import timezone

from apps.accounts.models import Organisation
from apps.assurance import posting
from apps.audit import tallies
from apps.base.scope import acting_for

MOST_BATCHES = 25  # of one organisation in one run, so that none waits for another


@shared_task(name="assurance.tally")  # type: ignore[untyped-decorator]
def tally(**_: object) -> None:
    """Count the events that were sealed since the last time, organisation by organisation."""
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            tallies.catch_up(organisation.pk, now=timezone.now(), batches=MOST_BATCHES)


@shared_task(name="assurance.post")  # type: ignore[untyped-decorator]
def post(**_: object) -> None:
    """Send every organisation's officers the checkpoint of the day."""
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            posting.post(organisation, now=timezone.now())
