from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from apps.intake import jail
from apps.intake.jail import Wall


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """The queue's own app must be there before anything is sent, and checks before any runs."""
        import_module("portal.celery")
        import_module("portal.checks")
        if not settings.EMBEDDED:
            jail.demand(Wall.BUBBLEWRAP)
