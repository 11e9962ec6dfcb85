"""Where documents rest if the environment names a bucket."""

from botocore.config import Config

from portal import env

PATIENCE = {"connect_timeout": 5, "read_timeout": 30}  # seconds; a request waits for them
TRIES = {"total_max_attempts": 3, "mode": "standard"}


def storages() -> dict[str, dict[str, object]]:
    """The vault's storages for `settings.STORAGES`; nothing if no bucket is named.

    Without credentials boto3 looks for those of the machine it runs on.
    """
    named = {"vault": "BUCKET", "second": "SECOND_BUCKET"}
    return {storage: _bucket(name) for storage, name in named.items() if env.text(name)}


def _bucket(name: str) -> dict[str, object]:
    """A bucket as the variables that begin with a name describe it."""
    options: dict[str, object] = {
        "bucket_name": env.text(name),
        "endpoint_url": env.text(f"{name}_ENDPOINT") or None,
        "region_name": env.text(f"{name}_REGION") or None,
        "access_key": env.secret(f"{name}_ACCESS_KEY", default="") or None,
        "secret_key": env.secret(f"{name}_SECRET_KEY", default="") or None,
        "client_config": Config(signature_version="s3v4", retries=TRIES, **PATIENCE),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
