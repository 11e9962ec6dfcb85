"""What the station tells apart when an answer is not taken."""

from apps.base.errors import NotPossible


class NotSettled(NotPossible):
    """A second Enter, a reason or a look is missing; the task stays with the person."""
