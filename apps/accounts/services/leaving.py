"""What happens when a person leaves: the apps above give back what the person held there."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from apps.accounts.models import User
from apps.base.scope import acting_for

logger = logging.getLogger(__name__)


def leave(user: User, *, now: datetime) -> None:
    """Do what the settings name for a person who signs out. Nobody is kept from leaving by it."""
    with acting_for(user.organisation_id):
        for path in settings.AT_SIGN_OUT:
            give_back: Callable[..., object] = import_string(path)
            try:
                give_back(user, now=now)
            except Exception:  # what is not given back now is once its time is over
                logger.exception("Something was not given back at sign-out.")
