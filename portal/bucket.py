"""Where documents rest if the environment names a bucket."""

from botocore.config import Config

from portal import env

PATIENCE = {"connect_timeout": 5, "read_timeout": 30}  # seconds; a request waits for them
TRIES = {"total_max_attempts": 3, "mode": "standard"}


def storages() -> dict[str, dict[str, object]]:
    """The vault's storage for `settings.STORAGES`; nothing if no bucket is named.

    Without credentials boto3 looks for those of the machine it runs on.
    """
    name = env.text("BUCKET")
    if not name:
        return {}
    options: dict[str, object] = {
        "bucket_name": name,
        "endpoint_url": env.text("BUCKET_ENDPOINT") or None,
        "region_name": env.text("BUCKET_REGION") or None,
        "access_key": env.secret("BUCKET_ACCESS_KEY", default="") or None,
        "secret_key": env.secret("BUCKET_SECRET_KEY", default="") or None,
        "client_config": Config(signature_version="s3v4", retries=TRIES, **PATIENCE),
    }
    return {"vault": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}}
