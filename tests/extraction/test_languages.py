"""The language of a document, by its small words."""

import pytest

from apps.extraction.languages import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bitte zahlen Sie die Summe mit der Nummer und nicht bar", "de"),
        ("Please pay the total with your number and thank you", "en"),
        ("Merci pour votre commande, les prix sont pour vous et des", "fr"),
        ("die Nummer", ""),
        ("KX-77314 9184.60 EUR", ""),
        ("", ""),
        ("the and with der und mit", ""),
    ],
)
def test_a_language_is_said_only_where_it_is_clearly_ahead(text, language):
    assert language_of(text.split()) == language
