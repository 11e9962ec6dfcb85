"""Where documents rest if the environment names a bucket."""

from botocore.config import Config

from portal import env

PATIENCE = {"connect_timeout": 5, "read_timeout": 30}  # seconds; a request waits for them
TRIES = {"total_max_attempts": 3, "mode": "standard"}


def storages() -> dict[str, dict[str, object]]:
    """The vault's storages for `settings.STORAGES`; nothing if no bucket is named.

    Without credentials boto3 looks for those of the machine it runs on.
    """
    return {
        **_bucket(
            "vault",
            env.text("BUCKET"),
            endpoint_url=env.text("BUCKET_ENDPOINT"),
            region_name=env.text("BUCKET_REGION"),
            access_key=env.secret("BUCKET_ACCESS_KEY", default=""),
            secret_key=env.secret("BUCKET_SECRET_KEY", default=""),
        ),
        **_bucket(
            "second",
            env.text("SECOND_BUCKET"),
            endpoint_url=env.text("SECOND_BUCKET_ENDPOINT"),
            region_name=env.text("SECOND_BUCKET_REGION"),
            access_key=env.secret("SECOND_BUCKET_ACCESS_KEY", default=""),
            secret_key=env.secret("SECOND_BUCKET_SECRET_KEY", default=""),
        ),
    }


def _bucket(storage: str, name: str, **said: str | None) -> dict[str, dict[str, object]]:
    if not name:
        return {}
    options: dict[str, object] = {
        "bucket_name": name,
        **{option: value or None for option, value in said.items()},
        "client_config": Config(signature_version="s3v4", retries=TRIES, **PATIENCE),
    }
    return {storage: {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}}
