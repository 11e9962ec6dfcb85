from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.accounts.models import Organisation
from apps.base.scope import acting_for
from apps.preservation import fixity
from apps.preservation.services import stamping, validating

MEGABYTE = 10**6  # bytes


@shared_task(name="preservation.revalidate")  # type: ignore[untyped-decorator]
def revalidate(**_: object) -> None:
    """Look again at signatures whose time has come, a few of each organisation at a time."""
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            validating.validate_due(organisation.pk, now=timezone.now())


@shared_task(name="preservation.stamp")  # type: ignore[untyped-decorator]
def stamp(**_: object) -> None:
    """Have records time-stamped outside, again before a stamp ends; ask the silent again."""
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            stamping.renew(organisation.pk, now=timezone.now())
            stamping.stamp_due(organisation.pk, now=timezone.now())


@shared_task(name="preservation.check_fixity")  # type: ignore[untyped-decorator]
def check_fixity(**_: object) -> None:
    """Hash what is due, organisation by organisation, until the run's bytes are used up."""
    left = settings.FIXITY_MB_PER_RUN * MEGABYTE
    for organisation in Organisation.objects.order_by("?"):  # none waits behind another for ever
        if left <= 0:
            return
        with acting_for(organisation.pk):
            left -= fixity.check_due(organisation.pk, now=timezone.now(), most=left).size
