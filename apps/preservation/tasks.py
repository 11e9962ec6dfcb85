from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.accounts.models import Organisation
from apps.base.scope import acting_for
from apps.preservation import fixity

MEGABYTE = 10**6  # bytes


@shared_task(name="preservation.check_fixity")  # type: ignore[untyped-decorator]
def check_fixity(**_: object) -> None:
    """Hash what is due, organisation by organisation, until the run's bytes are used up."""
    left = settings.FIXITY_MB_PER_RUN * MEGABYTE
    for organisation in Organisation.objects.order_by("?"):  # none waits behind another for ever
        if left <= 0:
            return
        with acting_for(organisation.pk):
            left -= fixity.check_due(organisation.pk, now=timezone.now(), most=left).size
