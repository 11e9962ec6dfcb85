from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"

    def ready(self) -> None:
        import_module("apps.accounts.observers")
        post_migrate.connect(_sync_roles, dispatch_uid="roles")


def _sync_roles(**_: Any) -> None:
    """Roles name permissions of every floor, so the last migration counts."""
    import_string("apps.accounts.services.sync_roles")()
