from celery import shared_task
from django.utils import timezone

from apps.accounts.models import Organisation
from apps.base.scope import acting_for
from apps.vault import orphans


@shared_task(name="vault.orphans")  # type: ignore[untyped-decorator]
def remove_orphans(**_: object) -> None:
    """Compare the store with the rows, organisation by organisation."""
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            orphans.remove_orphans(organisation.pk, now=timezone.now())
            orphans.find_lost(organisation.pk, now=timezone.now())
