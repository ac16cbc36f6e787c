"""Reference lists: units, groups, terms, products and the fixed ones."""

from typing import Any

import pytest

from tests.sandbox.conftest import Api
from webapp.sandbox import references
from webapp.sandbox.agreement import Agreement

GROUP = {"customerGroupNumber": 7, "name": "Ny", "account": {"accountNumber": 5600}}
TERM = {"name": "Netto 60", "paymentTermsType": "net", "daysOfCredit": 60}
PRODUCT = {"productNumber": "A/1 <x>", "name": "Sæbe", "productGroup": {"productGroupNumber": 1},
           "unit": {"unitNumber": 1}}  # fmt: skip


@pytest.mark.parametrize("path", ["units", "customer-groups", "payment-terms", "vat-zones", "currencies", "layouts",
                                  "products", "employees", "accounts"])  # fmt: skip
def test_every_list_pages_and_its_rows_lead_to_themselves(api: Api, path: str) -> None:
    api("POST", "/rest/products", PRODUCT)
    rows = api.get(f"/rest/{path}?pagesize=2").json["collection"]
    assert 1 <= len(rows) <= 2
    for row in rows:
        assert api.get(row["self"].removeprefix("http://localhost")).json["self"] == row["self"]


def test_a_unit_is_made_by_name_and_the_server_numbers_it(api: Api) -> None:
    made = api("POST", "/rest/units", {"name": "besøg", "unitNumber": 99})
    assert (made.status_code, made.json["unitNumber"], made.headers["Location"]) == (201, 11, made.json["self"])
    assert api("PUT", "/rest/units/11", {"name": "Besøg"}).json["name"] == "Besøg"


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None}, {"name": "x" * 101}])
def test_a_bad_unit_is_refused(api: Api, body: dict[str, Any]) -> None:
    assert api("POST", "/rest/units", body).status_code == 400


def test_a_unit_in_use_is_not_deleted(api: Api) -> None:
    api("POST", "/rest/products", PRODUCT)
    assert api("DELETE", "/rest/units/1").status_code == 400
    assert api("DELETE", "/rest/units/2").status_code == 204


def test_a_group_needs_a_number_and_a_usable_account(api: Api) -> None:
    assert api("POST", "/rest/customer-groups", GROUP).status_code == 201
    assert api("POST", "/rest/customer-groups", GROUP).json["errors"]["customerGroupNumber"]
    for account in (5601, 9999, 1):
        answer = api(
            "POST", "/rest/customer-groups", GROUP | {"customerGroupNumber": 8, "account": {"accountNumber": account}}
        )
        assert answer.json["errors"]["account"]["errors"][0]["errorCode"] == "E07150"


def test_a_group_tells_its_customers(api: Api, agreement: Agreement) -> None:
    agreement.add_customer(name="a", customerGroup=2)
    agreement.add_customer(name="b", customerGroup=1)
    rows = api.get("/rest/customer-groups/2/customers").json["collection"]
    assert [row["name"] for row in rows] == ["a"]
    assert api("DELETE", "/rest/customer-groups/2").status_code == 400


def test_payment_terms_keep_their_type_and_days(api: Api) -> None:
    made = api("POST", "/rest/payment-terms", TERM).json
    path = made["self"].removeprefix("http://localhost")
    assert api("PUT", path, TERM | {"name": "Netto to måneder"}).json["name"] == "Netto to måneder"
    for change in ({"daysOfCredit": 30}, {"paymentTermsType": "invoiceMonth"}):
        errors = api("PUT", path, TERM | change).json["errors"]
        assert errors[next(iter(change))]["errors"][0]["errorCode"] == "E06151"


@pytest.mark.parametrize("change", [{"paymentTermsType": "Net"}, {"name": "x" * 51}, {"daysOfCredit": "8"}])
def test_bad_payment_terms_are_refused(api: Api, change: dict[str, Any]) -> None:
    assert api("POST", "/rest/payment-terms", TERM | change).status_code == 400


def test_a_product_key_is_written_safely_in_its_address(api: Api) -> None:
    made = api("POST", "/rest/products", PRODUCT).json
    assert made["self"] == "http://localhost/rest/products/A_6_1_9__0_x_1_"
    assert api.get("/rest/products/A_6_1_9__0_x_1_").json["productNumber"] == "A/1 <x>"


@pytest.mark.parametrize("key", ["a_b", "_", "a.b", "1 2", "<>*%:&/\\_ ?.#+", "plain", "_0", "æ_9"])
def test_a_key_comes_back_from_its_address(key: str) -> None:
    assert references.unescaped(references.escaped(key)) == key


def test_deleted_layouts_are_not_listed_but_may_be_pointed_at(
    api: Api, agreement: Agreement, minimal: dict[str, Any]
) -> None:
    references.put(agreement, "layouts", 5, {"layoutNumber": 5, "name": "Gammelt", "deleted": True})
    assert 5 not in [row["layoutNumber"] for row in api.get("/rest/layouts").json["collection"]]
    assert api("POST", "/rest/customers", minimal | {"layout": {"layoutNumber": 5}}).status_code == 201


def test_units_and_terms_cannot_be_filtered(api: Api) -> None:
    assert [api.get(f"/rest/{path}?filter=name$eq:x").status_code for path in ("units", "payment-terms")] == [400, 400]
    assert api.get("/rest/customer-groups?filter=name$eq:danske").json["pagination"]["results"] == 1


def test_the_root_leads_to_the_resources(api: Api) -> None:
    links = api.get("/rest").json["resources"]["stable"].values()
    assert {api.get(link.removeprefix("http://localhost")).status_code for link in links} == {200}


def test_e_invoicing_is_changed_by_patch_only(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    api("POST", "/rest/customers", minimal)
    api("PUT", "/rest/customers/1", minimal | {"eInvoicingDisabledByDefault": True})
    assert agreement.customers[1]["eInvoicingDisabledByDefault"] is False
    step = [{"op": "replace", "path": "/eInvoicingDisabledByDefault", "value": True}]
    assert api("PATCH", "/rest/customers/1", step).json["eInvoicingDisabledByDefault"] is True
    assert api("PATCH", "/rest/customers/1", [{"op": "replace", "path": "/name", "value": "x"}]).status_code == 400


def test_a_price_group_is_written_but_never_shown_and_so_lost_by_read_merge_put(
    api: Api, agreement: Agreement, minimal: dict[str, Any]
) -> None:
    made = api("POST", "/rest/customers", minimal | {"priceGroup": {"self": "https://x/price-groups/4"}}).json
    assert agreement.customers[1]["priceGroup"] == 4
    assert "priceGroup" not in made
    api("PUT", "/rest/customers/1", made)
    assert "priceGroup" not in agreement.customers[1]
