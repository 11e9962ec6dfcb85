"""Which store the settings name."""

from django.conf import settings
from django.core.files.storage import storages

from apps.vault.stores import Store
from apps.vault.stores.directory import DirectoryStore
from apps.vault.stores.s3 import S3Store


def store() -> Store:
    """A directory, or a bucket."""
    if "vault" in settings.STORAGES:
        return S3Store(storages["vault"], locks=bool(settings.BUCKET_LOCK_DAYS))
    return DirectoryStore(settings.VAULT_DIR)
