"""Customers of the legacy service."""

from typing import Any

from tests.sandbox.conftest import Api, Clock
from webapp.sandbox.agreement import Agreement


def test_a_creation_answers_201_with_the_place_and_the_whole_customer(api: Api, minimal: dict[str, Any]) -> None:
    answer = api("POST", "/rest/customers", minimal)
    assert answer.status_code == 201
    assert answer.headers["Location"] == answer.json["self"] == "http://localhost/rest/customers/1"


def test_a_given_number_is_honoured(api: Api, minimal: dict[str, Any]) -> None:
    assert api("POST", "/rest/customers", minimal | {"customerNumber": 77}).json["customerNumber"] == 77


def test_a_taken_number_is_refused_with_its_code(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    agreement.add_customer(name="Her først", customerNumber=7)
    answer = api("POST", "/rest/customers", minimal | {"customerNumber": 7})
    assert answer.json["errors"]["customerNumber"]["errors"][0]["errorCode"] == "E06010"


def test_a_put_clears_what_is_left_out(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    agreement.add_customer(customerNumber=1, name="Gammel", city="Skive", creditLimit=500.0, barred=True)
    api("PUT", "/rest/customers/1", minimal)
    assert not {"city", "creditLimit", "barred"} & set(agreement.customers[1])


def test_a_put_to_a_free_number_creates(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    assert api("PUT", "/rest/customers/42", minimal).status_code == 201
    assert agreement.customers[42]["name"] == "Kajs Kaffe ApS"


def test_a_deleted_customer_is_gone_the_second_time(api: Api, agreement: Agreement) -> None:
    agreement.add_customer(customerNumber=1, name="Væk")
    assert api("DELETE", "/rest/customers/1").status_code == 204
    again = api("DELETE", "/rest/customers/1")
    assert (again.status_code, again.json["errorCode"]) == (404, "E06000")


def test_the_number_of_a_deleted_customer_is_given_again(
    api: Api, agreement: Agreement, minimal: dict[str, Any]
) -> None:
    for name in ("Et", "To", "Tre"):
        agreement.add_customer(name=name)
    agreement.delete(3)
    assert api("POST", "/rest/customers", minimal).json["customerNumber"] == 3


def test_last_updated_moves_with_a_real_change_only(
    api: Api, agreement: Agreement, clock: Clock, minimal: dict[str, Any]
) -> None:
    api("POST", "/rest/customers", minimal)
    before = agreement.customers[1]["lastUpdated"]
    clock.forward(minutes=1)
    api("PUT", "/rest/customers/1", minimal)
    assert agreement.customers[1]["lastUpdated"] == before
    api("PUT", "/rest/customers/1", minimal | {"city": "Vejle"})
    assert agreement.customers[1]["lastUpdated"] == "2026-03-02T09:01:00Z"
