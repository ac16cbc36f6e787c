"""What a write may hold beside the limits of its schema, which `tests/contract` tries one by one."""

from typing import Any

import pytest

from tests.sandbox.conftest import Api
from webapp.sandbox.agreement import Agreement


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
