"""Answers beside the recorded ones: the same keys in the same order, the same bytes where the values are the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import Api
from tests.sandbox.samples import FOLDER, faults, needs_samples, sample
from webapp.sandbox import Sandbox, recorded
from webapp.sandbox.agreement import Agreement

pytestmark = needs_samples
REAL, HERE = "https://restapi.e-conomic.com", "http://localhost/rest"
PAGE = "customers.page0.recorded.json"


def shape(value: Any) -> Any:
    """The keys of a value, in their order, down to the leaves."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    return [shape(item) for item in value] if isinstance(value, list) else type(value).__name__


def test_a_created_customer_has_the_recorded_keys_in_order(api: Api, minimal: dict[str, Any]) -> None:
    answer = api("POST", "/rest/customers", minimal | {"customerNumber": 974994345})
    recording = sample("customer.created.sample.json")
    recording["balance"] = 0.0
    assert shape(json.loads(answer.text)) == shape(recording)


def test_a_created_customer_is_the_recording_byte_for_byte(api: Api, agreement: Agreement) -> None:
    recording = sample("customer.created.sample.json") | {"balance": 0.0}
    agreement.add_customer(customerNumber=974994345, name="Mr. Anderson")
    agreement.customers.put(agreement.customers[974994345] | {"lastUpdated": recording["lastUpdated"]})
    expected = json.dumps(recording, ensure_ascii=False, separators=(",", ":")).replace(REAL, HERE)
    assert api.get("/rest/customers/974994345").text == expected


def test_the_recorded_list_is_answered_byte_for_byte(api: Api, sandbox: Sandbox, agreement: Agreement) -> None:
    recorded.load(sandbox, agreement, [FOLDER / PAGE])
    expected = json.loads((FOLDER / PAGE).read_text().replace(REAL, HERE))["collection"]
    for row in expected:
        # Newer answers always have it, just before the end.
        row["eInvoicingDisabledByDefault"] = False
        row["self"] = row.pop("self")
    answer = api.get("/rest/customers?skippages=0&pagesize=1000")
    assert json.dumps(json.loads(answer.text)["collection"]) == json.dumps(expected)


def test_a_page_of_customers_has_the_recorded_frame(api: Api, agreement: Agreement) -> None:
    for name in "abcde":
        agreement.add_customer(name=name)
    answer, recording = api.get("/rest/customers?pagesize=2").json, sample("customers.collection.sample.json")
    assert list(answer) == list(recording)
    assert json.dumps(answer["pagination"]) == json.dumps(recording["pagination"]).replace(REAL, HERE)
    assert answer["metaData"]["create"]["href"] == answer["self"] == f"{HERE}/customers?pagesize=2"


def test_every_key_of_the_recorded_customers_stands_in_order(api: Api, agreement: Agreement) -> None:
    [first, second] = sample("customers.collection.sample.json")["collection"]
    number = agreement.add_customer(customerNumber=1, name="Decathlon")["customerNumber"]
    people = [agreement.add_contact(number, name)["number"] for name in ("Et", "To")]
    place = agreement.add_delivery_location(number)["number"]
    texts = ("address", "city", "country", "email", "zip", "telephoneAndFaxNumber", "mobilePhone")
    agreement.edit(1, attention=people[0], customerContact=people[1], **dict.fromkeys(texts, "x"))
    agreement.edit(1, defaultDeliveryLocation=place, salesPerson=1)
    answer = api.get("/rest/customers?pagesize=2").json["collection"][0]
    assert shape(answer) == shape(first) == shape(second)


@pytest.mark.parametrize(
    ("path", "name"),
    [("units", "units"), ("payment-terms", "paymentTerms"), ("vat-zones", "vatZones"), ("layouts", "layouts")],
)
def test_a_reference_list_of_the_demo_agreement_is_the_recording(api: Api, path: str, name: str) -> None:
    recording = sample("reference-data.sample.json")[name]
    answer = api.http.get(f"/rest/{path}?skippages=0&pagesize=1000",
                          headers={"X-AppSecretToken": "demo", "X-AgreementGrantToken": "demo"})  # fmt: skip
    assert json.dumps(answer.json) == json.dumps(recording).replace(REAL, HERE)


def test_a_customer_group_has_the_recorded_keys(api: Api) -> None:
    recording = sample("reference-data.sample.json")["customerGroups"]
    answer = api.get("/rest/customer-groups?skippages=0&pagesize=1000").json
    assert shape(answer["collection"]) == shape(recording["collection"])
    assert list(answer["pagination"]) == list(recording["pagination"])


def test_self_has_the_recorded_keys(api: Api) -> None:
    answer = api.http.get("/rest/self", headers={"X-AppSecretToken": "demo", "X-AgreementGrantToken": "demo"}).json
    recording = sample("self.sample.json")
    answer["modules"], recording["modules"] = answer["modules"][:1], recording["modules"][:1]
    assert shape(answer) == shape(recording)
    assert list(faults(sample("self.get.schema.json"), answer)) == []


@pytest.mark.parametrize(
    ("case", "method", "path", "change"),
    [
        ("legacy_400_reference_not_found_customer_group", "POST", "/rest/customers",
         {"customerGroup": {"customerGroupNumber": 99}}),
        ("legacy_400_filter", "GET", "/rest/customers?filter=bogusProp$eq:1", None),
        ("legacy_404", "GET", "/rest/customers/4711", None),
        ("openapi_404_problem_json", "GET", "/customersapi/v3.1.0/Customers/4711", None),
    ],
)  # fmt: skip
def test_an_error_body_has_the_recorded_keys(
    api: Api, minimal: dict[str, Any], case: str, method: str, path: str, change: dict[str, Any] | None
) -> None:
    recording = sample("errors.sample.json")[case]
    answer = api(method, path, None if change is None else minimal | change).json
    for body in (answer, recording):
        body.pop("allowedFilteringFields", None)
    assert shape(answer) == shape(recording)


def test_the_log_id_looks_like_a_recorded_one(api: Api) -> None:
    log_id = api.get("/rest/customers/4711").json["logId"]
    assert len(log_id) == 20
    assert int(log_id[:16], 16) >= 0
    assert log_id[16:] == "-CPH"


def test_the_recorded_file_is_the_one_the_facts_tell_of() -> None:
    assert Path(FOLDER / PAGE).stat().st_size > 1_000_000
