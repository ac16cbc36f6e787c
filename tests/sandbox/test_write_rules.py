"""Each property of the published write schemas, tried at, below and above each of its limits."""

import json
from typing import Any

import pytest

from tests.sandbox.conftest import Api
from tests.sandbox.samples import FOLDER, faults, needs_samples, sample
from webapp.sandbox.agreement import Agreement

pytestmark = needs_samples
WRITES = {"POST": "customers.post.schema.json", "PUT": "customers.customerNo.put.schema.json"}


def properties(method: str) -> dict[str, Any]:
    if not FOLDER.is_dir():
        return {}
    found: dict[str, Any] = sample(WRITES[method])["properties"]
    return found


def cases() -> list[tuple[str, str, Any, bool]]:
    """(method, property, value, is it accepted) for each limit."""
    made: list[tuple[str, str, Any, bool]] = []
    for method in WRITES:
        for name, schema in properties(method).items():
            if schema.get("readOnly") or schema.get("type") == "object" or "type" not in schema:
                continue
            values = [*_within(name, schema), *_beyond(schema)]
            made += [(method, name, value, good) for value, good in values]
    return made


def _within(name: str, schema: dict[str, Any]) -> list[tuple[Any, bool]]:
    if name == "currency":
        return [("DKK", True)]
    if schema["type"] == "string":
        longest, shortest = schema["maxLength"], schema.get("minLength", 0)
        return [("x" * longest, True), ("x" * max(shortest, 1), True)]
    samples: dict[str, list[Any]] = {"integer": [schema.get("minimum", 1), schema.get("maximum", 5)],
                                     "number": [0, 12.5, -1], "boolean": [True, False]}  # fmt: skip
    return [(value, True) for value in samples[schema["type"]]]


def _beyond(schema: dict[str, Any]) -> list[tuple[Any, bool]]:
    bad: list[Any] = [None, {}, []]
    if schema["type"] == "string":
        bad += [5, True, "x" * (schema["maxLength"] + 1)]
        bad += ["x" * (schema["minLength"] - 1)] if schema.get("minLength") else []
    if schema["type"] == "integer":
        bad += ["1", 1.5, True, schema["minimum"] - 1, schema["maximum"] + 1]
    if schema["type"] == "number":
        bad += ["1", True]
    if schema["type"] == "boolean":
        bad += ["true", 1]
    return [(value, False) for value in bad]


def send(api: Api, method: str, body: dict[str, Any]) -> Any:
    number = body.get("customerNumber")
    good = type(number) is int and 1 <= number <= 999_999_999
    return api(method, "/rest/customers" if method == "POST" else f"/rest/customers/{number if good else 5}", body)


def number_of(case: tuple[str, str, Any, bool]) -> str:
    method, name, value, good = case
    return f"{method}-{name}-{json.dumps(value)[:12]}-{'in' if good else 'out'}"


@pytest.mark.parametrize("case", cases(), ids=number_of)
def test_a_limit_holds_on_both_sides(api: Api, minimal: dict[str, Any], case: tuple[str, str, Any, bool]) -> None:
    method, name, value, good = case
    answer = send(api, method, minimal | {name: value})
    assert (answer.status_code == 201) is good, answer.text
    if good:
        assert list(faults(sample("customers.customerNumber.get.schema.json"), answer.json)) == []
    else:
        assert (answer.status_code, answer.json["errorCode"]) == (400, "E04300")


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("name", [name for name, schema in properties("POST").items() if schema.get("required")])
def test_what_is_required_cannot_be_left_out(api: Api, minimal: dict[str, Any], method: str, name: str) -> None:
    del minimal[name]
    answer = send(api, method, minimal)
    assert answer.status_code == 400
    assert answer.json["errors"][name]["errors"][0]["errorCode"] == "E04730"


@pytest.mark.parametrize("name", [name for name, schema in properties("PUT").items() if "properties" in schema])
def test_a_reference_needs_a_number_or_an_address(api: Api, minimal: dict[str, Any], name: str) -> None:
    answer = api("PUT", "/rest/customers/5", minimal | {name: {}})
    assert answer.json["errors"][name]["errors"][0]["errorCode"] == "E04500"


@pytest.mark.parametrize("name", [name for name, schema in properties("PUT").items() if "properties" in schema])
def test_a_reference_to_nothing_is_refused(api: Api, agreement: Agreement, minimal: dict[str, Any], name: str) -> None:
    key = next(iter(properties("PUT")[name]["properties"]))
    answer = api("PUT", "/rest/customers/5", minimal | {name: {key: 4711}})
    assert answer.status_code == 400
    assert name in answer.json["errors"]


def test_a_reference_may_be_given_by_its_address(api: Api, minimal: dict[str, Any]) -> None:
    minimal["customerGroup"] = {"self": "https://restapi.e-conomic.com/customer-groups/2"}
    assert api("POST", "/rest/customers", minimal).json["customerGroup"]["customerGroupNumber"] == 2


def test_null_and_zero_are_refused_in_the_words_of_the_service(api: Api, minimal: dict[str, Any]) -> None:
    answer = api("POST", "/rest/customers", minimal | {"name": None, "customerNumber": 0})
    text = " ".join(answer.json["errors"])
    assert "Expected String but got Null" in text
    assert "Integer 0 is less than minimum value of 1" in text
    assert answer.json["errorCount"] == 2


def test_schema_faults_can_be_told_as_objects(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    agreement.sandbox.switches.schema_errors = "object"
    answer = api("POST", "/rest/customers", minimal | {"zip": 5})
    assert answer.json["errors"]["zip"]["errors"][0]["inputValue"] == 5


@pytest.mark.parametrize(("form", "kind"), [("strings", list), ("object", dict), ("list", list), ("2015", dict)])
def test_a_refusal_has_every_recorded_form(
    api: Api, agreement: Agreement, minimal: dict[str, Any], form: str, kind: type
) -> None:
    agreement.sandbox.switches.schema_errors = form
    answer = api("POST", "/rest/customers", minimal | {"zip": 5}).json
    assert isinstance(answer["errors"], kind)
    assert ("errorCode" in answer) is (form != "2015")


def test_unknown_and_read_only_keys_are_ignored(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    odd = {"cvr": "12345678", "balance": 99.0, "lastUpdated": "2000-01-01T00:00:00Z", "self": "x", "contacts": 5}
    assert api("POST", "/rest/customers", minimal | odd).status_code == 201
    record = agreement.customers[1]
    assert (record["balance"], record["lastUpdated"], "cvr" in record) == (0.0, "2026-03-02T09:00:00Z", False)


def test_too_many_decimals_are_refused(api: Api, minimal: dict[str, Any]) -> None:
    answer = api("POST", "/rest/customers", minimal | {"creditLimit": 1.234})
    assert answer.json["errors"]["creditLimit"]["errors"][0]["errorCode"] == "E04740"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"name":"\\ud800"}', b'{"creditLimit":NaN}',
                                  b"[" * 100_000])  # fmt: skip
def test_a_body_that_is_no_object_is_refused(api: Api, body: bytes) -> None:
    headers = api.headers | {"Content-Type": "application/json"}
    assert api.http.post("/rest/customers", data=body, headers=headers).status_code == 400
