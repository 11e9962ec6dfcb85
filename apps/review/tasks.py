from celery import shared_task
from django.utils import timezone

from apps.accounts.models import Organisation
from apps.base.scope import acting_for
from apps.review import services as review
from apps.review.services.asking import SYSTEM


@shared_task(name="review.sweep")  # type: ignore[untyped-decorator]
def sweep(**_: object) -> None:
    """Make late decisions final and give back what lost its claim, and what was asked with it."""
    now = timezone.now()
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            review.seal_late(now=now, actor=SYSTEM)
            review.release_expired(now=now)
            review.lapse(now=now)
