"""Turn a use of documents on or off for an organisation, each by itself."""

from django.db import transaction

from apps.accounts.models import User
from apps.base.errors import NotPossible
from apps.intake import services as intake
from apps.intake.models import Use
from apps.jobs import services as jobs
from apps.jobs.flow import State
from apps.jobs.models import Job
from apps.retention.services.versions import governed_by


@transaction.atomic
def turn(use: Use, *, on: bool, reason: str, user: User) -> None:
    """Turn a use on or off from this moment on.

    Without processing nothing is taken, and jobs wait before their next step; they go on once it
    is back. Without analytics nothing is counted; what happens meanwhile never is. Without
    improvement nothing is learned from documents, whatever their senders allow.

    Raises:
        NotAllowed: see `permissions.check_can_govern`.
        NotPossible: it is so already.
    """
    organisation = governed_by(user)
    if intake.allows(organisation, use) is on:
        raise NotPossible("It is so already.")
    intake.turn(use, on=on, reason=reason, by=user)
    if on and use is Use.PROCESSING:
        parked = Job.objects.filter(
            organisation_id=organisation, flow=intake.FLOW, state=State.PARKED
        )
        for job in parked.order_by("pk"):
            jobs.wake(job, actor=user.actor)
