"""A request of somebody who has signed in: what every view behind the gate is given."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import User


class PersonRequest(HttpRequest):
    """For annotations: `SignedInOnly` lets nobody else through."""

    user: User
    htmx: HtmxDetails
