"""Recorded pages loaded as they are."""

from typing import Any

import pytest

from tests.sandbox.conftest import Api
from tests.sandbox.samples import FOLDER, needs_samples, sample
from webapp.sandbox import Sandbox, recorded
from webapp.sandbox.agreement import Agreement

pytestmark = needs_samples
PAGE = "customers.page0.recorded.json"


@pytest.fixture
def rows(sandbox: Sandbox, agreement: Agreement) -> list[dict[str, Any]]:
    recorded.load(sandbox, agreement, [FOLDER / PAGE])
    found: list[dict[str, Any]] = sample(PAGE)["collection"]
    return found


def test_the_counts_are_counted_afresh(api: Api, rows: list[dict[str, Any]]) -> None:
    pagination = api.get("/rest/customers").json["pagination"]
    assert (pagination["results"], pagination["resultsWithoutFilter"]) == (1000, 1000)


def test_the_dirt_is_kept(agreement: Agreement, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        kept = agreement.customers[row["customerNumber"]]
        assert all(kept[name] == value for name, value in row.items() if isinstance(value, str) and "://" not in value)


def test_everything_they_point_at_is_there(agreement: Agreement, rows: list[dict[str, Any]]) -> None:
    wanted = {("customer-groups", str(row["customerGroup"]["customerGroupNumber"])) for row in rows} | {
        ("payment-terms", str(row["paymentTerms"]["paymentTermsNumber"])) for row in rows
    }
    wanted |= {("currencies", row["currency"]) for row in rows}
    wanted |= {("vat-zones", str(row["vatZone"]["vatZoneNumber"])) for row in rows}
    wanted |= {("layouts", str(row["layout"]["layoutNumber"])) for row in rows if "layout" in row}
    wanted |= {("contacts", str(row["attention"]["customerContactNumber"])) for row in rows if "attention" in row}
    assert [one for one in wanted if one[1] not in agreement.reference(one[0])] == []


def test_a_loaded_customer_can_be_read_merged_and_put(api: Api, rows: list[dict[str, Any]]) -> None:
    answers = [api("PUT", f"/rest/customers/{number}", api.get(f"/rest/customers/{number}").json).status_code
               for number in [row["customerNumber"] for row in rows[::37]]]  # fmt: skip
    assert set(answers) == {200}


EMPTY = 1097  # its telephone number is an empty text


@pytest.mark.usefixtures("rows")
def test_an_empty_text_survives_every_kind_of_update(api: Api, agreement: Agreement) -> None:
    newer = api.get(f"/customersapi/v3.1.0/Customers/{EMPTY}").json
    api("PUT", f"/customersapi/v3.1.0/Customers/{EMPTY}", newer | {"city": "Et"})
    legacy = api.get(f"/rest/customers/{EMPTY}").json
    assert legacy["telephoneAndFaxNumber"] == ""
    api("PUT", f"/rest/customers/{EMPTY}", legacy | {"city": "To"})
    agreement.edit(EMPTY, city="Tre", telephoneAndFaxNumber=None)
    record = agreement.customers[EMPTY]
    assert (record["city"], record["telephoneAndFaxNumber"]) == ("Tre", "")


def test_an_empty_text_that_is_new_is_not_kept(api: Api, agreement: Agreement, minimal: dict[str, Any]) -> None:
    api("POST", "/rest/customers", minimal | {"city": "", "customerNumber": 5})
    assert "city" not in agreement.customers[5]


def test_loading_fires_no_webhook(sandbox: Sandbox, webhook: Any, agreement: Agreement) -> None:
    webhook()
    recorded.load(sandbox, agreement, [FOLDER / PAGE])
    assert sandbox.pump() == 0
