"""Pages, links and sorting of the legacy lists."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.conftest import Api
from webapp.sandbox.agreement import Agreement


@pytest.fixture(autouse=True)
def crowd(agreement: Agreement) -> None:
    for name in ("Delta", "alfa", "Charlie", "bravo", "Echo"):
        agreement.add_customer(name=name, city="By" if name < "a" else None)


def page(api: Api, query: str) -> dict[str, Any]:
    answer: dict[str, Any] = api.get(f"/rest/customers?{query}").json
    return answer


def test_twenty_is_the_size_unless_another_is_asked_for(api: Api) -> None:
    assert page(api, "")["pagination"]["pageSize"] == 20


def test_the_links_lead_through_every_row_once(api: Api) -> None:
    address, seen = "/rest/customers?pagesize=2", []
    while address:
        answer = api.get(address).json
        seen += [row["customerNumber"] for row in answer["collection"]]
        address = answer["pagination"].get("nextPage", "").removeprefix("http://localhost")
    assert seen == [1, 2, 3, 4, 5]


def test_the_first_page_has_no_previous_and_the_last_no_next(api: Api) -> None:
    first, last = page(api, "pagesize=2"), page(api, "pagesize=2&skippages=2")
    assert "previousPage" not in first["pagination"]
    assert "nextPage" not in last["pagination"]
    assert last["pagination"]["previousPage"].endswith("skippages=1")


def test_links_keep_the_filter_encoded(api: Api) -> None:
    link = page(api, "filter=name$like:a&pagesize=1")["pagination"]["nextPage"]
    assert "filter=name%24like%3Aa" in link
    assert parse_qs(urlsplit(link).query)["skippages"] == ["1"]


def test_past_the_end_the_counts_are_true(api: Api) -> None:
    answer = page(api, "skippages=99&filter=name$eq:alfa")
    assert answer["collection"] == []
    assert (answer["pagination"]["results"], answer["pagination"]["resultsWithoutFilter"]) == (1, 5)


@pytest.mark.parametrize("size", ["1001", "0", "-1", "mange"])
def test_a_page_size_out_of_bounds_is_refused(api: Api, size: str) -> None:
    answer = api.get(f"/rest/customers?pagesize={size}")
    assert (answer.status_code, answer.json["errorCode"]) == (400, "E04810")


def test_a_thousand_is_allowed(api: Api) -> None:
    assert page(api, "pagesize=1000")["pagination"]["maxPageSizeAllowed"] == 1000


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [("name", [2, 4, 3, 1, 5]), ("-name", [5, 1, 3, 4, 2]), ("-customerNumber", [5, 4, 3, 2, 1]),
     ("city,-customerNumber", [4, 2, 5, 3, 1])],
)  # fmt: skip
def test_sorting_ignores_case_and_puts_absent_first(api: Api, sort: str, numbers: list[int]) -> None:
    assert [row["customerNumber"] for row in page(api, f"sort={sort}")["collection"]] == numbers


def test_a_tilde_sorts_numbers_as_text(api: Api, agreement: Agreement) -> None:
    agreement.add_customer(name="Ti", customerNumber=10)
    assert [row["customerNumber"] for row in page(api, "sort=~customerNumber")["collection"]][:3] == [1, 10, 2]


def test_what_cannot_be_sorted_is_refused(api: Api) -> None:
    answer = api.get("/rest/customers?sort=barred")
    assert (answer.status_code, answer.json["message"]) == (400, "Could not parse query string sort parameter.")


def test_a_deletion_between_pages_skips_a_row(api: Api, agreement: Agreement) -> None:
    page(api, "pagesize=2")
    agreement.delete(1)
    assert [row["customerNumber"] for row in page(api, "pagesize=2&skippages=1")["collection"]] == [4, 5]


def test_a_hook_runs_between_two_pages(api: Api, agreement: Agreement) -> None:
    agreement.sandbox.hook(between_pages=lambda: agreement.delete(1))
    assert 1 in agreement.customers
    page(api, "pagesize=2&skippages=1")
    assert 1 not in agreement.customers
