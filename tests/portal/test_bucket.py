"""Documents rest where the environment says."""

import pytest

from portal import bucket


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch):
    for name in ("", "_ENDPOINT", "_REGION", "_ACCESS_KEY", "_SECRET_KEY", "_SECRET_KEY_FILE"):
        monkeypatch.delenv(f"BUCKET{name}", raising=False)


def test_without_a_bucket_there_is_no_storage():
    assert bucket.storages() == {}


def test_a_bucket_is_signed_for_in_its_region(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("nothing\n")
    monkeypatch.setenv("BUCKET", "vault")
    monkeypatch.setenv("BUCKET_ENDPOINT", "https://s3.example")
    monkeypatch.setenv("BUCKET_REGION", "eu-west-1")
    monkeypatch.setenv("BUCKET_ACCESS_KEY", "nobody")
    monkeypatch.setenv("BUCKET_SECRET_KEY_FILE", str(tmp_path / "secret"))
    options = bucket.storages()["vault"]["OPTIONS"]
    assert options["client_config"].signature_version == "s3v4"
    assert {key: options[key] for key in options if key != "client_config"} == {
        "bucket_name": "vault",
        "endpoint_url": "https://s3.example",
        "region_name": "eu-west-1",
        "access_key": "nobody",
        "secret_key": "nothing",
    }


def test_a_bucket_without_credentials_leaves_them_to_the_machine(monkeypatch):
    monkeypatch.setenv("BUCKET", "vault")
    options = bucket.storages()["vault"]["OPTIONS"]
    assert {options[key] for key in ("endpoint_url", "access_key", "secret_key")} == {None}
