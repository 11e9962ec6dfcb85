from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """The queue's own app must be there before anything is sent."""
        import_module("portal.celery")
