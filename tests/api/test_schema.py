"""What the API says of itself, and whether it does what it says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from jsonschema import Draft202012Validator, FormatChecker
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from apps.accounts import services as accounts
from apps.base.scope import acting_for
from portal.api.schema import EVERYWHERE, PROBLEMS, WORDS
from portal.wsgi import application
from tests.api.calls import PROBLEM

ADDRESS = "/api/v1/schema/"
OPERATIONS = sorted(PROBLEMS)
LEFT_OUT = {
    "positive_data_acceptance",  # random bytes are no document, and a random name is no job
}
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def schema(client, db) -> dict[str, Any]:
    return client.get(ADDRESS).json()


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in schema["paths"].items():
        for method in METHODS & set(item):
            yield path, method, item[method]


def test_the_schema_is_openapi_3_1_and_valid(schema):
    assert schema["openapi"] == "3.1.0"
    validate_schema(schema)


def test_the_schema_is_the_same_as_yaml(client, schema):
    for asked in ({"headers": {"accept": "application/yaml"}}, {"data": {"format": "yaml"}}):
        response = client.get(ADDRESS, **asked)
        assert response.headers["Content-Type"] == "application/yaml"
        assert yaml.safe_load(response.content) == schema


def test_the_schema_needs_no_key_and_sets_no_cookie(client, db):
    response = client.get(ADDRESS)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store, private"
    assert not response.cookies


def test_every_operation_tells_its_problems_and_asks_for_a_key(schema):
    told = {operation["operationId"]: operation for _, _, operation in operations(schema)}
    assert sorted(told) == OPERATIONS
    for name, operation in told.items():
        assert operation["security"] == [{"key": []}]
        wanted = {str(status) for status in (*EVERYWHERE, *PROBLEMS[name])}
        assert wanted <= set(operation["responses"])
        for status in wanted:
            assert set(operation["responses"][status]["content"]) == {PROBLEM}
    assert {status for statuses in PROBLEMS.values() for status in statuses} <= set(WORDS)


def test_every_answer_that_is_none_of_a_problem_has_an_example(schema):
    for _, _, operation in operations(schema):
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                assert response["content"]["application/json"]["examples"], status


def test_real_answers_are_as_the_schema_says(schema, desk, ledger):
    document = desk.paper(sender=desk.house.ida)
    whole = {"purpose": "handle-letter", "transcript": True}
    done = desk.delivered(sender=desk.house.ida, **whole)
    answers = {
        "Jobs": ledger.get("jobs/?count=1"),
        "Followed": ledger.get(f"jobs/{document.reference}/"),
        "Result": ledger.get(f"jobs/{done.reference}/result/"),
        "Transcript": ledger.get(f"jobs/{done.reference}/transcript/"),
        "Submitted": ledger.submit(),
        "Problem": ledger.submit(purpose=None),
    }
    for name, answer in answers.items():
        about = {"$ref": f"#/components/schemas/{name}", "components": schema["components"]}
        Draft202012Validator(about, format_checker=FormatChecker()).validate(answer.json())


def test_examples_are_as_the_schema_says(schema):
    for _, _, operation in operations(schema):
        for response in operation["responses"].values():
            for told in response["content"].values():
                about = {**told["schema"], "components": schema["components"]}
                for example in told.get("examples", {"": {"value": told.get("example")}}).values():
                    Draft202012Validator(about).validate(example["value"])


def test_a_key_is_described(schema):
    [scheme] = schema["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_there_is_no_page_to_browse(ledger):
    response = ledger.get("jobs/", headers={"Accept": "text/html"})
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["", "nothing/", "jobs/222-22/", "jobs/../../people/"])
def test_an_address_that_is_not_there_is_a_problem(ledger, path):
    response = ledger.get(path)
    assert (response.status_code, response.headers["Content-Type"]) == (404, PROBLEM)
    assert response.json()["code"] == "NotFound"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post", "options"])
def test_a_method_that_is_not_there_is_a_problem(ledger, method):
    response = ledger.call(method, "jobs/")
    assert (response.status_code, response.headers["Content-Type"]) == (405, PROBLEM)
    assert response.headers["Allow"] == "GET, HEAD"


# Whatever the schema allows, and whatever it does not


@pytest.fixture
def unlimited(settings) -> Iterator[None]:
    """No limits; and the web server's door may not close the connection of a test."""
    settings.API_REQUESTS_A_MINUTE = settings.API_FAILURE_LIMIT = 10**6
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def probe(name: str, headers: dict[str, str], mode: GenerationMode, *, examples: int) -> list[int]:
    """Ask one operation for many things; the statuses of its answers."""
    drawn = schemathesis.openapi.from_wsgi(ADDRESS, application)
    [found] = [one.ok() for one in drawn.include(operation_id=name).get_all_operations()]
    checks = [CHECKS.get_one(check) for check in CHECKS.get_all_names() if check not in LEFT_OUT]
    statuses = []

    @effort(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=found.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        response = case.call_and_validate(headers=headers, checks=checks)
        assert response.headers["cache-control"] == ["no-store, private"]
        statuses.append(response.status_code)

    with acting_for(None):
        ask()
    return statuses


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_does_what_its_schema_says(ledger, desk, unlimited, name, mode):
    headers = {"Authorization": f"Bearer {ledger.token}"}
    assert probe(name, headers, mode, examples=25)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_without_a_key_is_closed(desk, unlimited, name):
    assert set(probe(name, {}, GenerationMode.POSITIVE, examples=10)) == {401}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_with_a_revoked_key_is_closed(house, ledger, desk, unlimited, name):
    accounts.revoke(ledger.key, user=house.otto)
    headers = {"Authorization": f"Bearer {ledger.token}"}
    assert set(probe(name, headers, GenerationMode.POSITIVE, examples=5)) == {401}
