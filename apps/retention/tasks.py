from celery import shared_task
from django.utils import timezone

from apps.accounts.models import Organisation
from apps.base.scope import acting_for
from apps.retention import services as retention


@shared_task(name="retention.sweep")  # type: ignore[untyped-decorator]
def sweep(**_: object) -> None:
    """Follow the policy, erase what is due and certify it, organisation by organisation."""
    for organisation in Organisation.objects.order_by("pk"):
        with acting_for(organisation.pk):
            retention.go_round(organisation.pk, now=timezone.now())
