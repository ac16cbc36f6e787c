"""A million customers that are worked out when they are asked for, and what changes among them."""

import random

import pytest

from tests.sandbox.conftest import PUBLIC, Api
from webapp.sandbox import Sandbox, demo
from webapp.sandbox.agreement import Agreement
from webapp.sandbox.customers import Customers
from webapp.sandbox.store import Row, Store

MILLION = 1_000_000


@pytest.fixture
def crowd(sandbox: Sandbox) -> Agreement:
    demo.seed_demo(sandbox)
    return demo.add_crowd(sandbox, MILLION, seed=3)


@pytest.fixture
def crowd_api(sandbox: Sandbox, crowd: Agreement) -> Api:
    return Api(sandbox, crowd.grant(PUBLIC))


def page(api: Api, query: str) -> tuple[list[int], int]:
    answer = api.get(f"/rest/customers?{query}").json
    return [row["customerNumber"] for row in answer["collection"]], answer["pagination"]["results"]


def test_the_last_page_is_as_near_as_the_first(crowd_api: Api) -> None:
    numbers, results = page(crowd_api, "pagesize=1000&skippages=999")
    assert (numbers[0], numbers[-1], results) == (999_001, MILLION, MILLION)


def test_the_keyset_filter_walks_without_scanning(crowd_api: Api) -> None:
    numbers, results = page(crowd_api, "filter=customerNumber$gt:999990&sort=customerNumber")
    assert (numbers, results) == (list(range(999_991, MILLION + 1)), 10)


def test_changed_since_only_looks_at_what_changed(crowd_api: Api, crowd: Agreement) -> None:
    crowd.edit(777_777, city="Ny")
    crowd.add_customer(name="Helt ny")
    assert page(crowd_api, "filter=lastUpdated$gte:2026-01-01") == ([777_777, MILLION + 1], 2)


@pytest.mark.parametrize(
    "path",
    ["/rest/customers?filter=name$like:zz", "/rest/customers?sort=name", "/rest/customer-groups/1/customers",
     "/rest/customers?filter=customerNumber$gt:900000$and:city$eq:x"],
)  # fmt: skip
def test_a_search_through_the_whole_crowd_ends_in_a_time_out(crowd_api: Api, path: str) -> None:
    answer = crowd_api.get(path)
    assert (answer.status_code, answer.json["httpStatusCode"]) == (504, 504)
    assert "narrow it by customerNumber" in answer.json["developerHint"]


def test_a_search_in_a_narrow_stretch_is_carried_out(crowd_api: Api, crowd: Agreement) -> None:
    crowd.edit(500_500, city="Nybyen")
    assert page(crowd_api, "filter=city$eq:nybyen$and:customerNumber$gt:500000$and:customerNumber$lt:501000") == (
        [500_500], 1,
    )  # fmt: skip


def test_a_deleted_one_is_gone_and_can_come_again(crowd_api: Api, crowd: Agreement) -> None:
    crowd.delete(5)
    assert page(crowd_api, "pagesize=5")[0] == [1, 2, 3, 4, 6]
    crowd.add_customer(customerNumber=5, name="Igen")
    assert page(crowd_api, "pagesize=5")[0] == [1, 2, 3, 4, 5]


def test_the_same_seed_gives_the_same_customer(crowd: Agreement) -> None:
    other = Sandbox()
    demo.seed_demo(other)
    assert demo.add_crowd(other, MILLION, seed=3).customers[424_242] == crowd.customers[424_242]


class Plain:
    """Ten numbers that are only a rule."""

    first, count, latest = 5, 10, "2000-01-01T00:00:00Z"

    def record(self, number: int) -> Row:
        return {"customerNumber": number, "from": "rule"}


def test_positions_and_ranks_agree_with_a_plain_list_after_any_changes() -> None:
    draw = random.Random(1)
    store = Store()
    customers = Customers(store.table("rows"), store.table("gone"), Plain())
    present = set(range(5, 15))
    for _ in range(400):
        number = draw.randint(1, 20)
        if number in present:
            customers.remove(number)
            present.discard(number)
        else:
            customers.put({"customerNumber": number})
            present.add(number)
        ordered = sorted(present)
        assert list(customers) == ordered
        assert len(customers) == len(present)
        assert [customers.rank(n) for n in range(22)] == [sum(m < n for m in ordered) for n in range(22)]
        assert customers.lowest_free() == next(n for n in range(1, 99) if n not in present)
