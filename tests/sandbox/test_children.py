"""Contacts and delivery locations, seen by both services."""

import pytest

from tests.sandbox.conftest import Api
from webapp.sandbox.agreement import Agreement

CONTACTS, PLACES = "/rest/customers/1/contacts", "/rest/customers/1/delivery-locations"
NEWER = "/customersapi/v3.1.0"


@pytest.fixture(autouse=True)
def two(agreement: Agreement) -> None:
    agreement.add_customer(customerNumber=1, name="Et")
    agreement.add_customer(customerNumber=2, name="To")


def test_a_contact_is_made_read_replaced_and_deleted(api: Api) -> None:
    made = api("POST", CONTACTS, {"name": "Ida", "email": "i@x.dk"})
    assert (made.status_code, made.json["customerContactNumber"], made.json["sortKey"]) == (201, 1, 1)
    changed = api("PUT", f"{CONTACTS}/1", {"customerContactNumber": 1, "name": "Ida B"})
    assert (changed.json["name"], "email" in changed.json) == ("Ida B", False)
    assert api("DELETE", f"{CONTACTS}/1").status_code == 204
    assert api.get(f"{CONTACTS}/1").status_code == 404


def test_contact_numbers_are_unique_over_the_agreement(api: Api) -> None:
    api("POST", CONTACTS, {"name": "Ida"})
    other = api("POST", "/rest/customers/2/contacts", {"name": "Ida"}).json
    assert (other["customerContactNumber"], other["sortKey"]) == (2, 1)
    assert api.get(f"{CONTACTS}/2").status_code == 404


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 256}, {"name": "x", "phone": "x" * 51},
                                  {"name": "x", "notes": "x" * 2001}, {"name": "x", "emailNotifications": ["alt"]},
                                  {"name": "Ida"}])  # fmt: skip
def test_a_bad_contact_is_refused(api: Api, body: dict[str, object]) -> None:
    api("POST", CONTACTS, {"name": "Ida"})
    assert api("POST", CONTACTS, body).status_code == 400


def test_a_deleted_contact_is_no_longer_pointed_at(api: Api, agreement: Agreement) -> None:
    number = agreement.add_contact(1, "Ida")["number"]
    agreement.edit(1, attention=number)
    api("DELETE", f"{CONTACTS}/{number}")
    assert "attention" not in agreement.customers[1]


def test_a_delivery_location_needs_nothing(api: Api) -> None:
    made = api("POST", PLACES, {})
    assert (made.status_code, made.json["deliveryLocationNumber"]) == (201, 1)
    assert api("PUT", f"{PLACES}/1", {"city": "By", "barred": True}).json["barred"] is True
    assert api("POST", PLACES, {"postalCode": "x" * 16}).status_code == 400
    assert api("DELETE", f"{PLACES}/1").status_code == 204


def test_children_go_with_their_customer(api: Api, agreement: Agreement) -> None:
    agreement.add_contact(1, "Ida")
    agreement.add_contact(2, "Bo")
    api("DELETE", "/rest/customers/1")
    assert [row["name"] for row in agreement.contacts.values()] == ["Bo"]


def test_the_newer_service_sees_the_same_contacts(api: Api) -> None:
    api("POST", CONTACTS, {"name": "Ida", "emailNotifications": ["invoices"]})
    seen = api.get(f"{NEWER}/Contacts/1").json
    assert (seen["name"], seen["receiveInvoices"], seen["receiveOrders"]) == ("Ida", True, False)
    assert api("PUT", f"{NEWER}/Contacts", seen | {"receiveOrders": True}).status_code == 204
    assert api.get(f"{CONTACTS}/1").json["emailNotifications"] == ["orders", "invoices"]


def test_contacts_can_be_asked_for_by_when_they_changed(api: Api) -> None:
    api("POST", CONTACTS, {"name": "Ida"})
    assert api.get(f"{NEWER}/Contacts/count?filter=lastUpdated$gte:2026-03-02").json == 1
    assert api.get(f"{NEWER}/Contacts/count?filter=lastUpdated$gt:2026-03-02T10:00:00Z").json == 0


def test_a_contact_in_use_is_not_deleted_by_the_newer_service(api: Api, agreement: Agreement) -> None:
    agreement.edit(1, attention=agreement.add_contact(1, "Ida")["number"])
    assert api("DELETE", f"{NEWER}/Contacts/1").json["errorCode"] == "CustomerContactIsInUse"


@pytest.mark.parametrize("path", ["totals", "templates", "templates/invoice", "invoices", "invoices/drafts",
                                  "invoices/booked"])  # fmt: skip
def test_every_link_of_a_customer_leads_somewhere(api: Api, path: str) -> None:
    assert api.get(f"/rest/customers/1/{path}").status_code == 200
    assert api.get(f"/rest/customers/99/{path}").status_code == 404


def test_the_links_of_a_customer_are_followed(api: Api) -> None:
    seen = api.get("/rest/customers/1").json
    links = [seen["contacts"], seen["deliveryLocations"], *seen["totals"].values(), *seen["invoices"].values(),
             seen["templates"]["self"], seen["customerGroup"]["self"], seen["paymentTerms"]["self"]]  # fmt: skip
    assert {api.get(link.removeprefix("http://localhost")).status_code for link in links} == {200}
