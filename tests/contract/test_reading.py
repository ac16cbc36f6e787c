"""What the published facts and schemas say of answers that change nothing; these may be asked with the demo tokens."""

from typing import Any

import pytest

from tests import real
from tests.contract.conftest import Target
from tests.sandbox.samples import OpenApi, faults, needs_samples, sample
from webapp.economic.errors import fault_from

NEWER = "/customersapi/v3.1.0"


def test_the_real_service_is_asked_too() -> None:
    if not real.contract_hosts():
        pytest.skip(f"the real e-conomic is asked only where {', '.join(real.CONTRACT)} are given")


def rows(api: Target, query: str = "pagesize=20") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/rest/customers?{query}").json["collection"]
    assert found
    return found


@needs_samples
def test_self_is_as_its_schema_says(api: Target) -> None:
    answer = api.get("/rest/self").json
    assert faults(sample("self.get.schema.json"), answer) == []
    assert answer["agreementNumber"] > 0


@needs_samples
def test_a_page_of_customers_is_as_the_schema_and_the_recording_say(api: Target) -> None:
    answer = api.get("/rest/customers?pagesize=2").json
    assert list(answer) == list(sample("customers.collection.sample.json"))
    for row in answer["collection"]:
        assert faults(sample("customers.get.schema.json")["properties"]["collection"]["items"], row) == []


@needs_samples
def test_one_customer_is_as_its_schema_says(api: Target) -> None:
    answer = api.get(f"/rest/customers/{rows(api)[0]['customerNumber']}").json
    assert faults(sample("customers.customerNumber.get.schema.json"), answer) == []


@needs_samples
@pytest.mark.parametrize("path", ["/Customers", "/Customers/paged?pageSize=5", "/Customers/count"])
def test_the_newer_lists_are_as_the_specification_says(api: Target, path: str) -> None:
    file, answer = OpenApi("openapi-customersapi-v3.1.0.json"), api.get(NEWER + path)
    assert file.faults("GET", path.partition("?")[0], answer.status_code, answer.json) == []


@needs_samples
def test_one_customer_of_the_newer_service_is_as_the_specification_says(api: Target) -> None:
    answer = api.get(f"{NEWER}/Customers/{rows(api)[0]['customerNumber']}")
    file = OpenApi("openapi-customersapi-v3.1.0.json")
    path = next(path for path in file.file["paths"] if path.lower().startswith("/customers/{"))
    assert file.faults("GET", path, answer.status_code, answer.json) == []


def test_both_services_tell_of_the_same_customer(api: Target) -> None:
    legacy = next(row for row in rows(api, "pagesize=20") if row.get("city"))
    newer = api.get(f"{NEWER}/Customers/{legacy['customerNumber']}").json
    assert (newer["name"], newer["city"], newer["paymentTermId"]) == (
        legacy["name"], legacy["city"], legacy["paymentTerms"]["paymentTermsNumber"],
    )  # fmt: skip
    assert newer["objectVersion"]


@pytest.mark.parametrize(
    ("path", "key"),
    [("currencies", "code"), ("customer-groups", "customerGroupNumber"), ("payment-terms", "paymentTermsNumber"),
     ("vat-zones", "vatZoneNumber"), ("units", "unitNumber"), ("layouts", "layoutNumber")],
)  # fmt: skip
def test_a_list_of_references_has_keys_names_and_a_true_count(api: Target, path: str, key: str) -> None:
    answer = api.get(f"/rest/{path}?pagesize=1000").json
    assert all(row[key] and isinstance(row["name"], str) for row in answer["collection"])
    assert answer["pagination"]["results"] == len(answer["collection"])


def test_keyset_pages_follow_each_other(api: Target) -> None:
    first = [row["customerNumber"] for row in rows(api, "sort=customerNumber&pagesize=2")]
    then = rows(api, f"filter=customerNumber$gt:{first[-1]}&sort=customerNumber&pagesize=2")
    numbers = first + [row["customerNumber"] for row in then]
    assert numbers == sorted(set(numbers)) and len(numbers) == 4


def test_what_changed_since_is_found(api: Target) -> None:
    newest = max(row["lastUpdated"] for row in rows(api))
    found = rows(api, f"filter=lastUpdated$gte:{newest}&pagesize=1000")
    assert all(row["lastUpdated"] >= newest for row in found)


def test_several_numbers_are_asked_for_at_once(api: Target) -> None:
    asked = [row["customerNumber"] for row in rows(api)[:3]]
    found = rows(api, f"filter=customerNumber$in:[{','.join(map(str, asked))}]&sort=customerNumber")
    assert [row["customerNumber"] for row in found] == sorted(asked)


def test_a_page_of_more_than_a_thousand_is_refused(api: Target) -> None:
    answer = api.get("/rest/customers?pagesize=1001")
    assert (answer.status_code, answer.json["errorCode"]) == (400, "E04810")


def test_a_filter_on_something_else_tells_what_may_be_filtered(api: Target) -> None:
    answer = api.get("/rest/customers?filter=bogusProp$eq:1")
    assert answer.status_code == 400 and "customerNumber" in answer.json["allowedFilteringFields"]


@pytest.mark.parametrize("path", ["/rest/customers/999999998", f"{NEWER}/Customers/999999998"])
def test_a_missing_customer_is_told_in_their_own_shape(api: Target, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 404
    assert fault_from(404, answer.headers, answer.text).kind == "missing"


@pytest.mark.parametrize("path", ["/rest/self", f"{NEWER}/Customers/count"])
def test_wrong_tokens_answer_401(api: Target, path: str) -> None:
    api.headers["X-AgreementGrantToken"] = "no-such-token"
    assert api.get(path).status_code == 401


@pytest.mark.parametrize("path", ["/rest/self", f"{NEWER}/Customers/count", "/rest/customers/999999998"])
def test_every_answer_tells_the_budget(api: Target, path: str) -> None:
    headers = api.get(path).headers
    assert "-seconds: " in headers["X-RateLimiting"] and int(headers["X-CallCost"]) >= 1
