"""A request of somebody who has signed in: what every view behind the gate is given."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import ApiKey, User


class PersonRequest(HttpRequest):
    """For annotations: `SignedInOnly` lets nobody else through."""

    user: User
    htmx: HtmxDetails


def organisation_of(request: PersonRequest) -> UUID:
    """Of somebody whose permission only members of an organisation have."""
    organisation = request.user.organisation_id
    assert organisation is not None  # nobody else has one
    return organisation


class ProgramRequest(HttpRequest):
    """The same for views of the API: nobody comes through without a key."""

    user: User
    auth: ApiKey
    data: Any
    query_params: QueryDict
    _request: HttpRequest
