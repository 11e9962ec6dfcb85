"""What a page says."""

from django.http import HttpResponse


def said(response: HttpResponse) -> str:
    """The page as a browser reads it: the breaks of its lines are blanks."""
    return " ".join(response.text.split())
