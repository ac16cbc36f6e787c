"""Each property of the published write schemas, tried at, below and above each of its limits."""

import json
from typing import Any

import pytest

from tests.contract.conftest import Said, Target
from tests.sandbox.samples import FOLDER, faults, needs_samples, sample

pytestmark = needs_samples
WRITES = {"POST": "customers.post.schema.json", "PUT": "customers.customerNo.put.schema.json"}
Case = tuple[str, str, Any, bool]


def properties(method: str) -> dict[str, Any]:
    if not FOLDER.is_dir():
        return {}
    found: dict[str, Any] = sample(WRITES[method])["properties"]
    return found


def cases() -> list[Case]:
    """(method, property, value, is it accepted) for each limit."""
    made: list[Case] = []
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


def send(writer: Target, method: str, body: dict[str, Any], free: int) -> Said:
    number = body.get("customerNumber")
    good = type(number) is int and 1 <= number <= 999_999_999
    return writer(
        method, "/rest/customers" if method == "POST" else f"/rest/customers/{number if good else free}", body
    )


def number_of(case: Case) -> str:
    method, name, value, good = case
    return f"{method}-{name}-{json.dumps(value)[:12]}-{'in' if good else 'out'}"


@pytest.mark.parametrize("case", cases(), ids=number_of)
def test_a_limit_holds_on_both_sides(writer: Target, free: int, minimal: dict[str, Any], case: Case) -> None:
    method, name, value, good = case
    if name == "customerNumber" and good and writer.name == "real":
        pytest.skip("the lowest and the highest number of a real agreement may be in use")
    answer = send(writer, method, minimal | {name: value}, free)
    assert (answer.status_code == 201) is good, answer.text
    if good:
        assert faults(sample("customers.customerNumber.get.schema.json"), answer.json) == []
    else:
        assert (answer.status_code, answer.json["errorCode"]) == (400, "E04300")


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("name", [name for name, schema in properties("POST").items() if schema.get("required")])
def test_what_is_required_cannot_be_left_out(
    writer: Target, free: int, minimal: dict[str, Any], method: str, name: str
) -> None:
    del minimal[name]
    answer = send(writer, method, minimal, free)
    assert answer.status_code == 400
    assert answer.json["errors"][name]["errors"][0]["errorCode"] == "E04730"


@pytest.mark.parametrize("name", [name for name, schema in properties("PUT").items() if "properties" in schema])
def test_a_reference_needs_a_number_or_an_address(
    writer: Target, free: int, minimal: dict[str, Any], name: str
) -> None:
    answer = writer("PUT", f"/rest/customers/{free}", minimal | {name: {}})
    assert answer.json["errors"][name]["errors"][0]["errorCode"] == "E04500"


@pytest.mark.parametrize("name", [name for name, schema in properties("PUT").items() if "properties" in schema])
def test_a_reference_to_nothing_is_refused(writer: Target, free: int, minimal: dict[str, Any], name: str) -> None:
    key = next(iter(properties("PUT")[name]["properties"]))
    answer = writer("PUT", f"/rest/customers/{free}", minimal | {name: {key: 4711}})
    assert answer.status_code == 400
    assert name in answer.json["errors"]
