"""customersapi v3.1.0, beside its OpenAPI file and over the same records as the legacy service."""

from typing import Any

import pytest

from tests.sandbox.conftest import Api
from tests.sandbox.samples import FOLDER, OpenApi, needs_samples
from webapp.sandbox.agreement import Agreement

BASE = "/customersapi/v3.1.0"
FILE = "openapi-customersapi-v3.1.0.json"
FULL: dict[str, Any] = {
    "customerGroupNumber": 1, "zone": 1, "currency": "DKK", "access": True, "name": "Hele Kunden ApS",
    "address1": "c/o Nogen", "address2": "Gade 1", "postCode": "5000", "city": "Odense C", "country": "Danmark",
    "contactPerson": "P", "phone": "1", "email": "a@b.dk c@d.dk", "paymentDays": 8, "bankAccount": "1",
    "cvrNo": "12345678", "ourRef": 1, "layoutGroup": 19, "paymentTermId": 1, "homepage": "h", "layoutGroupPrint": 1,
    "language": 1, "discountGroupNumber": 1, "priceGroupNumber": 1, "eanLocationNumber": "5790000000005",
    "voucherNumber": "v", "county": "c", "vatNo": "v", "creditMaximum": 1.5, "recipientPeppol": "p",
    "defaultDiscountPct": 2.5, "bankGiroNumber": "g", "iban": "i", "swift": "s",
    "directDebitMandateDate": "2026-01-01", "pnr": "1234567890", "nemHandelReceiverType": 1, "mobilePhone": "m",
    "emailAttachmentLanguage": 1, "defaultDisableEInvoicing": True, "defaultInvoiceRecipient": "a@b.dk",
    "defaultInvoiceTemplate": 1, "defaultOrderRecipient": "a@b.dk", "defaultOrderTemplate": 1,
    "defaultQuoteRecipient": "a@b.dk", "defaultQuoteTemplate": 1, "defaultReminderRecipient": "a@b.dk",
    "defaultReminderTemplate": 1, "defaultStatementOfAccountRecipient": "a@b.dk",
    "defaultStatementOfAccountTemplate": 1,
}  # fmt: skip


@pytest.fixture
def full(api: Api, agreement: Agreement) -> dict[str, Any]:
    """A customer with every field there is, as the service answers it."""
    assert api("POST", f"{BASE}/Customers", FULL | {"customerNumber": 7}).status_code == 201
    person, place = agreement.add_contact(7, "P")["number"], agreement.add_delivery_location(7)["number"]
    agreement.edit(7, attention=person, customerContact=person, defaultDeliveryLocation=place)
    answer: dict[str, Any] = api.get(f"{BASE}/Customers/7").json
    return answer


@needs_samples
def test_no_field_of_the_specification_is_missing(full: dict[str, Any]) -> None:
    assert set(full) == set(OpenApi(FILE).schema("Customer")["properties"])


def test_what_was_sent_comes_back(full: dict[str, Any]) -> None:
    assert FULL.items() <= full.items()


def test_sending_back_what_was_read_changes_nothing(api: Api, agreement: Agreement, full: dict[str, Any]) -> None:
    before = agreement.customers[7]
    assert api("PUT", f"{BASE}/Customers/7", full).status_code == 200
    assert agreement.customers[7] == before


def test_a_put_clears_what_is_left_out(api: Api, agreement: Agreement, full: dict[str, Any]) -> None:
    needed = ("name", "customerGroupNumber", "zone", "currency", "paymentTermId", "objectVersion")
    api("PUT", f"{BASE}/Customers/7", {name: full[name] for name in needed})
    assert not {"city", "county", "creditLimit", "address", "attention"} & set(agreement.customers[7])


@pytest.mark.parametrize("version", [None, "", "gammel", 7])
def test_without_the_present_version_nothing_is_updated(
    api: Api, agreement: Agreement, full: dict[str, Any], version: Any
) -> None:
    answer = api("PUT", f"{BASE}/Customers/7", full | {"objectVersion": version, "city": "Ny"})
    assert (answer.status_code, answer.json["errorCode"]) == (409, "UpdateConflict")
    assert agreement.customers[7]["city"] == "Odense C"


@pytest.mark.parametrize("change", ["legacy", "accountant", "newer"])
def test_every_change_gives_a_new_version(
    api: Api, agreement: Agreement, full: dict[str, Any], minimal: dict[str, Any], change: str
) -> None:
    if change == "legacy":
        api("PUT", "/rest/customers/7", minimal)
    elif change == "accountant":
        agreement.edit(7, city="Ny")
    else:
        api("PUT", f"{BASE}/Customers/7", full | {"city": "Ny"})
    assert api("PUT", f"{BASE}/Customers/7", full).status_code == 409


def test_an_edit_between_get_and_put_is_refused_not_lost(api: Api, agreement: Agreement, full: dict[str, Any]) -> None:
    agreement.sandbox.hook(between_get_and_put=lambda: agreement.edit(7, city="Bogholderens by"))
    assert api("PUT", f"{BASE}/Customers/7", full | {"city": "Vores by"}).status_code == 409
    assert agreement.customers[7]["city"] == "Bogholderens by"


def test_a_put_to_nobody_is_404_and_creates_nothing(api: Api, agreement: Agreement, full: dict[str, Any]) -> None:
    answer = api("PUT", f"{BASE}/Customers/8", full | {"customerNumber": 8})
    assert (answer.status_code, answer.json["errorCode"]) == (404, "ResourceNotFound")
    assert 8 not in agreement.customers


def test_fields_only_one_service_knows_survive_the_other(
    api: Api, agreement: Agreement, full: dict[str, Any], minimal: dict[str, Any]
) -> None:
    api("PUT", "/rest/customers/7", minimal)
    assert agreement.customers[7]["county"] == "c"
    assert agreement.customers[7]["eInvoicingDisabledByDefault"] is True


@pytest.mark.parametrize(
    ("address", "first", "second"),
    [("Gade 1", "Gade 1", None), ("c/o X\nGade 1", "c/o X", "Gade 1"), ("a\nb\nc", "a", "b\nc"), ("\nb", None, "b"),
     ("x" * 300, "x" * 255, "x" * 45)],
)  # fmt: skip
def test_the_address_parts_in_two_and_joins_again(
    api: Api, agreement: Agreement, address: str, first: str | None, second: str | None
) -> None:
    agreement.add_customer(customerNumber=3, name="Adresse", address=address)
    seen = api.get(f"{BASE}/Customers/3").json
    assert (seen.get("address1"), seen.get("address2")) == (first, second)
    api("PUT", f"{BASE}/Customers/3", seen | {"city": "Ny"})
    assert agreement.customers[3]["address"] == address


def test_two_new_lines_become_one_legacy_address(api: Api, agreement: Agreement) -> None:
    agreement.add_customer(customerNumber=3, name="Adresse", address="Gammel")
    seen = api.get(f"{BASE}/Customers/3").json
    api("PUT", f"{BASE}/Customers/3", seen | {"address1": "Ny 1", "address2": "2. sal"})
    assert agreement.customers[3]["address"] == "Ny 1\n2. sal"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ""}, "CustomerMissingName"), ({"name": None}, "CustomerMissingName"),
        ({"customerGroupNumber": 99}, "CustomerInvalidGroupId"), ({"zone": 99}, "CustomerInvalidVatZone"),
        ({"paymentTermId": 99}, "CustomerInvalidPaymentTerm"), ({"email": "ingen"}, "CustomerInvalidEmail"),
        ({"eanLocationNumber": "123"}, "CustomerInvalidEANThirteenDigits"),
        ({"eanLocationNumber": "5790000000001"}, "CustomerInvalidEAN"), ({"pnr": "1"}, "CustomerInvalidPNumber"),
        ({"customerNumber": 0}, "CustomerInvalidCustomerNumber"),
        ({"customerNumber": None}, "CustomerInvalidCustomerNumber"),
        ({"customerNumber": 7}, "CustomerAlreadyExists"), ({"city": "x" * 51}, "ValidationError"),
        ({"defaultAttention": 99}, "CustomerInvalidDefaultAttention"), ({"zone": "1"}, "ValidationError"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_with_its_code(
    api: Api, full: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    answer = api("POST", f"{BASE}/Customers", FULL | {"customerNumber": 8} | change)
    assert (answer.status_code, answer.json["errorCode"]) == (400, code)


def test_dirt_that_is_already_there_does_not_hold_an_update_back(api: Api, agreement: Agreement) -> None:
    agreement.add_customer(customerNumber=3, name="Snavs", ean="123", email="ingen")
    seen = api.get(f"{BASE}/Customers/3").json
    assert api("PUT", f"{BASE}/Customers/3", seen | {"city": "Ny"}).status_code == 200


def test_the_number_cannot_be_changed(api: Api, full: dict[str, Any]) -> None:
    answer = api("PUT", f"{BASE}/Customers/7", full | {"customerNumber": 8})
    assert answer.json["errorCode"] == "CustomerannotChangeNumber"


def test_legacy_names_are_ignored_and_mislead(api: Api) -> None:
    body = {"customerNumber": 1, "name": "x", "currency": "DKK", "zone": 1, "customerGroupNumber": 1,
            "paymentTermsNumber": 1}  # fmt: skip
    assert api("POST", f"{BASE}/Customers", body).json["errorCode"] == "CustomerInvalidPaymentTerm"


def test_an_agreement_without_the_module_is_refused(api: Api, agreement: Agreement) -> None:
    agreement.customersapi_enabled = False
    answer = api.get(f"{BASE}/Customers")
    assert (answer.status_code, answer.json["errorCode"]) == (403, "AccessDeniedAgreementMissingModules")


def test_the_cursor_leads_through_all(api: Api, agreement: Agreement) -> None:
    for number in range(1, 2102):
        agreement.customers.put({"customerNumber": number, "name": "x", "objectVersion": "1"})
    seen, address = [], f"{BASE}/Customers"
    while address:
        answer = api.get(address).json
        seen += [row["customerNumber"] for row in answer["items"]]
        address = f"{BASE}/Customers?cursor={answer['cursor']}" if "cursor" in answer else ""
    assert seen == list(range(1, 2102))


def test_pages_and_count_respect_the_filter(api: Api, agreement: Agreement) -> None:
    for _ in range(5):
        agreement.add_customer(name="x")
    assert api.get(f"{BASE}/Customers/count?filter=customerNumber$gt:3").json == 2
    page = api.get(f"{BASE}/Customers/paged?pageSize=2&skipPages=1&sort=-customerNumber").json
    assert [row["customerNumber"] for row in page] == [3, 2]


@pytest.mark.parametrize("query", ["filter=name$eq:x", "filter=customerNumber$like:1x$or:city$eq:a"])
def test_only_the_number_can_be_filtered(api: Api, query: str) -> None:
    answer = api.get(f"{BASE}/Customers?{query}")
    assert (answer.status_code, answer.json["errorCode"]) == (400, "BadFilterRequest")


CALLS: list[tuple[str, str, str, Any]] = [
    ("GET", "/Customers", "/Customers", None), ("GET", "/Customers/paged", "/Customers/paged", None),
    ("GET", "/Customers/count", "/Customers/count", None), ("GET", "/Customers/{number}", "/Customers/7", None),
    ("GET", "/Customers/{number}", "/Customers/99", None), ("POST", "/Customers", "/Customers", {}),
    ("POST", "/Customers", "/Customers", FULL | {"customerNumber": 9}),
    ("PUT", "/Customers/{number}", "/Customers/7", {}), ("PUT", "/Customers/{number}", "/Customers/99", {}),
    ("DELETE", "/Customers/{number}", "/Customers/7", None), ("DELETE", "/Customers/{number}", "/Customers/99", None),
    ("GET", "/Customers", "/Customers?filter=name$eq:x", None), ("GET", "/Setup", "/Setup", None),
    ("GET", "/Contacts", "/Contacts", None), ("GET", "/Contacts/paged", "/Contacts/paged", None),
    ("GET", "/Contacts/count", "/Contacts/count", None), ("GET", "/Contacts/{number}", "/Contacts/1", None),
    ("POST", "/Contacts", "/Contacts", {"customerNumber": 7, "name": "Ny"}), ("POST", "/Contacts", "/Contacts", {}),
    ("PUT", "/Contacts", "/Contacts", {"number": 1}), ("DELETE", "/Contacts/{number}", "/Contacts/1", None),
    ("GET", "/DeliveryLocations", "/DeliveryLocations", None),
    ("GET", "/DeliveryLocations/paged", "/DeliveryLocations/paged", None),
    ("GET", "/DeliveryLocations/count", "/DeliveryLocations/count", None),
    ("GET", "/DeliveryLocations/{number}", "/DeliveryLocations/1", None),
    ("POST", "/DeliveryLocations", "/DeliveryLocations", {"customerNumber": 7, "city": "x"}),
    ("PUT", "/DeliveryLocations", "/DeliveryLocations", {"number": 1}),
    ("DELETE", "/DeliveryLocations/{number}", "/DeliveryLocations/1", None),
]  # fmt: skip


@needs_samples
@pytest.mark.parametrize(("method", "path", "address", "body"), CALLS)
def test_an_answer_is_valid_by_the_specification(
    api: Api, agreement: Agreement, full: dict[str, Any], method: str, path: str, address: str, body: Any
) -> None:
    answer = api(method, BASE + address, body)
    value = answer.json if answer.data else None
    assert OpenApi(FILE).faults(method, path, answer.status_code, value) == []


@needs_samples
def test_a_put_may_answer_as_the_specification_says(api: Api, agreement: Agreement, full: dict[str, Any]) -> None:
    agreement.sandbox.switches.newer_put_answer = "204"
    answer = api("PUT", f"{BASE}/Customers/7", full | {"city": "Ny"})
    assert (answer.status_code, answer.data) == (204, b"")


@needs_samples
def test_nulls_shown_on_demand_are_valid_too(api: Api, agreement: Agreement) -> None:
    agreement.sandbox.switches.newer_shows_null = True
    agreement.add_customer(customerNumber=1, name="Bar")
    answer = api.get(f"{BASE}/Customers/1")
    assert "city" in answer.json
    assert OpenApi(FILE).faults("GET", "/Customers/{number}", 200, answer.json) == []


def _texts() -> list[tuple[str, int]]:
    if not FOLDER.is_dir():
        return []
    known = OpenApi(FILE).schema("Customer")["properties"]
    odd = ("currency", "eanLocationNumber", "pnr")
    return [(name, field["maxLength"]) for name, field in known.items()
            if "maxLength" in field and name not in odd and "Recipient" not in name and name != "email"]  # fmt: skip


@needs_samples
@pytest.mark.parametrize(("name", "longest"), _texts())
def test_each_text_holds_to_its_limit(api: Api, name: str, longest: int) -> None:
    fitting = api("POST", f"{BASE}/Customers", FULL | {"customerNumber": 1, name: "x" * longest})
    too_long = api("POST", f"{BASE}/Customers", FULL | {"customerNumber": 2, name: "x" * (longest + 1)})
    assert (fitting.status_code, too_long.status_code) == (201, 400)
    assert api.get(f"{BASE}/Customers/1").json[name] == "x" * longest
