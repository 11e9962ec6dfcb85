"""What several pages ask of a request: for whom it is, and who signs."""

from uuid import UUID

from apps.accounts import services as accounts
from apps.accounts.requests import PersonRequest
from apps.retention.forms import SignForm


def organisation_of(request: PersonRequest) -> UUID:
    organisation = request.user.organisation_id
    assert organisation is not None  # nobody else has a permission
    return organisation


def signed_by(request: PersonRequest) -> SignForm:
    """A form that holds if whoever is signed in gave their password once more."""

    def is_theirs(password: str) -> bool:
        return accounts.is_theirs(request, password)

    return SignForm(request.POST, is_theirs=is_theirs)
