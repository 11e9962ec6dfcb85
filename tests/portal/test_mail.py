"""The mail server as the environment names it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import env


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost", ("localhost", 25, "", "", False, False)),
        ("smtp://a%40b:c%2Fd@mail.example:587", ("mail.example", 587, "a@b", "c/d", False, True)),
        ("smtps://a:b@mail.example", ("mail.example", 465, "a", "b", True, False)),
    ],
)
def test_a_server_is_named_by_one_url(url, server):
    assert env.mail(url) == server


@pytest.mark.parametrize("url", ["", "mail.example", "https://mail.example", "smtp://"])
def test_what_names_no_server_is_refused_in_words(url):
    with pytest.raises(ImproperlyConfigured, match="smtps://"):
        env.mail(url)
