from celery import shared_task
from django.utils import timezone

from apps.accounts.models import Organisation
from apps.base.scope import acting_for
from apps.preservation.services import stamping, validating


@shared_task(name="preservation.revalidate")  # type: ignore[untyped-decorator]
def revalidate(**_: object) -> None:
    """Look again at signatures whose time has come, a few of each organisation at a time."""
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            validating.validate_due(organisation.pk, now=timezone.now())


@shared_task(name="preservation.stamp")  # type: ignore[untyped-decorator]
def stamp(**_: object) -> None:
    """Have records time-stamped outside; what no authority answered for is asked again."""
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            stamping.stamp_due(organisation.pk, now=timezone.now())
