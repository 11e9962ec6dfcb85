"""Which stores there are: the one that everything rests in, and that of second copies."""

from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages

from apps.vault.stores import Store
from apps.vault.stores.directory import DirectoryStore
from apps.vault.stores.s3 import S3Store


def store() -> Store:
    """The store the settings name: a directory, or a bucket."""
    if "vault" in settings.STORAGES:
        return S3Store(storages["vault"], locks=bool(settings.BUCKET_LOCK_DAYS))
    return DirectoryStore(settings.VAULT_DIR)


def second_store() -> Store | None:
    """Where second copies rest, if the settings name a place."""
    if "second" in settings.STORAGES:
        return S3Store(storages["second"])
    named = settings.SECOND_VAULT_DIR
    return DirectoryStore(Path(named)) if named else None


def stores() -> list[Store]:
    """Every place where sealed bytes may be."""
    second = second_store()
    return [store()] if second is None else [store(), second]
