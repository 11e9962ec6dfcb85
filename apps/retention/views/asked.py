"""What several pages ask of a request: who signs."""

from functools import partial

from apps.accounts import services as accounts
from apps.accounts.requests import PersonRequest
from apps.retention.forms import SignForm


def signed_by(request: PersonRequest) -> SignForm:
    """A form that holds if whoever is signed in gave their password once more."""
    return SignForm(request.POST, is_theirs=partial(accounts.is_theirs, request))
