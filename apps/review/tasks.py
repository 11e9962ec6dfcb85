from celery import shared_task
from django.utils import timezone

from apps.accounts.models import Organisation
from apps.base.scope import acting_for
from apps.review import services as review
from apps.review.services.slits import SYSTEM

DOCUMENTS = 2  # drawn and read for an organisation at one go; a reader is busy meanwhile


@shared_task(name="review.sweep")  # type: ignore[untyped-decorator]
def sweep(**_: object) -> None:
    """Make late decisions final, give back what lost its claim, and count what happened."""
    now = timezone.now()
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            review.release_expired(now=now)
            review.lapse(now=now)
            while review.seal_late(now=now, actor=SYSTEM):
                pass  # until nothing is late
            review.count_up(organisation.pk, now=now)


@shared_task(name="review.refill")  # type: ignore[untyped-decorator]
def refill(**_: object) -> None:
    """Draw and read a few known answers for each organisation that lacks them."""
    now = timezone.now()
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            review.refill(organisation.pk, now=now, documents=DOCUMENTS)
