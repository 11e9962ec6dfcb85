"""Each family of errors has one answer."""

import pytest

from apps.base import errors


@pytest.mark.parametrize(
    ("family", "status"),
    [
        (errors.NotKnown, 401),
        (errors.NotAllowed, 403),
        (errors.NotFound, 404),
        (errors.NotPossible, 409),
        (errors.Held, 409),
        (errors.Gone, 410),
        (errors.Unreadable, 422),
        (errors.Unavailable, 503),
    ],
)
def test_a_family_has_a_status_a_code_and_its_sentence(family, status):
    error = family("A sentence.")
    assert isinstance(error, errors.PortalError)
    assert (error.status, error.code, str(error)) == (status, family.__name__, "A sentence.")


def test_what_is_not_there_says_the_same_as_what_is_not_yours():
    assert str(errors.NotFound()) == "There is nothing here for you."


def test_too_many_tries_say_how_long_to_wait():
    error = errors.TooMany("A sentence.", wait=60)
    assert (error.status, error.code, error.wait) == (429, "TooMany", 60)
