"""Every recorded answer and published file, replayed through the client byte for byte."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from tests.economic.wire import CUSTOMERS, LEGACY, NEWER, proven
from tests.sandbox.samples import FOLDER, needs_samples, sample
from webapp.economic import errors
from webapp.economic.client import Client
from webapp.economic.records import overlay, writable

pytestmark = [needs_samples, pytest.mark.usefixtures("clock")]
PUBLISHED = (
    "customers.customerNo.put.schema.json", "customers.customerNumber.get.schema.json", "customers.get.schema.json",
    "customers.post.schema.json", "openapi-customersapi-v3.1.0.json", "openapi-webhooksapi-v1.0.0.json",
    "payment-terms.post.schema.json", "self.get.schema.json", "units.post.schema.json",
)  # fmt: skip
REPLAYED = (
    "customer.created.sample.json", "customers.collection.sample.json", "customers.page0.recorded.json",
    "errors.sample.json", "reference-data.sample.json", "self.sample.json",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _replayed() -> Iterator[None]:
    with responses.mock:
        yield


def recorded(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def part(name: str, key: str) -> bytes:
    """One answer out of a file of several, exactly as it stands there."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    begin = text.index("{", text.index(f'"{key}":'))
    _, end = json.JSONDecoder().raw_decode(text, begin)
    return text[begin:end].encode()


def test_every_file_is_replayed() -> None:
    assert {file.name for file in FOLDER.glob("*.json")} == {*PUBLISHED, *REPLAYED}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_file_is_read_whole(client: Client, name: str) -> None:
    responses.get(f"{LEGACY}/schema/{name}", recorded(name), content_type="application/json")

    assert client.transport.request("GET", f"/schema/{name}", service="legacy").json == sample(name)


def test_the_created_customer_is_read_and_can_be_sent_back(client: Client) -> None:
    responses.post(CUSTOMERS, recorded("customer.created.sample.json"), status=201, content_type="application/json")
    body = {"name": "Mr. Anderson", "currency": "DKK", "customerGroup": {"customerGroupNumber": 1},
            "paymentTerms": {"paymentTermsNumber": 1}, "vatZone": {"vatZoneNumber": 1}}  # fmt: skip
    made = client.create(body, "k").customer

    assert made.raw == sample("customer.created.sample.json")
    assert body.items() <= overlay(writable(made), {
        "customerGroup.customerGroupNumber": "1", "paymentTerms.paymentTermsNumber": "1", "vatZone.vatZoneNumber": "1",
    }).items()  # fmt: skip


def test_the_recorded_page_is_a_thousand_customers_in_their_own_words(client: Client) -> None:
    responses.get(CUSTOMERS, recorded("customers.page0.recorded.json"), content_type="application/json")
    found = next(client.customers())
    said = sample("customers.page0.recorded.json")

    assert [customer.raw for customer in found.customers] == said["collection"]
    assert (found.total, found.last) == (said["pagination"]["results"], False)


def test_the_recorded_collection_is_read(client: Client) -> None:
    responses.get(CUSTOMERS, recorded("customers.collection.sample.json"), content_type="application/json")
    said = sample("customers.collection.sample.json")
    page = next(client.customers(page_size=2))

    assert [customer.raw for customer in page.customers] == said["collection"]
    assert client.count() == said["pagination"]["results"]


def test_the_recorded_self_is_read(client: Client) -> None:
    responses.get(f"{LEGACY}/self", recorded("self.sample.json"), content_type="application/json")
    agreement = client.agreement()

    assert agreement.raw == sample("self.sample.json")
    assert (agreement.number, agreement.base_currency) == (1118081, "DKK")


@pytest.mark.parametrize(
    ("key", "path", "call"),
    [
        ("units", "units", Client.units),
        ("paymentTerms", "payment-terms", Client.payment_terms),
        ("vatZones", "vat-zones", Client.vat_zones),
        ("layouts", "layouts", Client.layouts),
    ],
)
def test_a_recorded_list_is_read(client: Client, key: str, path: str, call: Any) -> None:
    responses.get(f"{LEGACY}/{path}", part("reference-data.sample.json", key), content_type="application/json")

    assert [entry.raw for entry in call(client)] == sample("reference-data.sample.json")[key]["collection"]


def test_the_list_of_groups_that_was_cut_to_two_of_sixteen_is_not_believed(client: Client) -> None:
    whole = part("reference-data.sample.json", "customerGroups")
    responses.get(f"{LEGACY}/customer-groups", whole, content_type="application/json")

    with pytest.raises(errors.Garbled, match="2 entries that speaks of 16"):
        client.customer_groups()


ERRORS: dict[str, tuple[int, type[errors.EconomicError], list[tuple[str, str | None]]]] = {
    "legacy_400_reference_not_found_customer_group": (400, errors.Refused, [("customerGroup", "E07140")]),
    "legacy_400_two_errors": (400, errors.Refused, [("paymentTerms", "E07080"), ("paymentTermsType", "E07180")]),
    "legacy_400_list_payload_array_form": (400, errors.Refused, [("entries[4].customer", "E06820")]),
    "legacy_400_older_form_2015": (400, errors.Refused, [("currency", "E06000")]),
    "legacy_400_filter": (400, errors.Refused, [("bogusProp", None)]),
    "legacy_404": (404, errors.Missing, []),
    "openapi_409_documented_example": (409, errors.StaleVersion, []),
    "openapi_404_problem_json": (404, errors.Missing, []),
}


def test_every_recorded_error_is_replayed() -> None:
    assert set(ERRORS) == set(sample("errors.sample.json")) - {"_note"}


@pytest.mark.parametrize("case", ERRORS)
def test_a_recorded_error_is_classed_with_its_fields(client: Client, case: str) -> None:
    status, kind, fields = ERRORS[case]
    newer = case.startswith("openapi")
    proven()
    responses.get(
        f"{NEWER if newer else CUSTOMERS}/7",
        part("errors.sample.json", case),
        status=status,
        content_type="application/problem+json" if newer else "application/json",
    )
    with pytest.raises(kind) as caught:
        (client.customer if newer else client.legacy_customer)(7)

    assert [(fault.property, fault.code) for fault in getattr(caught.value, "fields", ())] == fields
    assert type(caught.value) is kind and (caught.value.log_id or status == 409)
