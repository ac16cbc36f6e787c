"""Each call of the client: what it asks, what it makes of the answer, and which answers it does not believe."""

import json
from typing import Any

import pytest
import responses
from responses import matchers

from tests.economic.wire import CUSTOMERS, LEGACY, MISSING, NEWER, NEWER_MISSING, NO_GROUP, numbered, page, proven
from webapp.economic import errors
from webapp.economic.client import Client
from webapp.economic.records import Reference

pytestmark = pytest.mark.usefixtures("clock")


def _asked(call: int) -> dict[str, Any]:
    return dict(responses.calls[call].request.params)  # type: ignore[attr-defined]


@responses.activate
def test_the_agreement_is_read_from_self(client: Client) -> None:
    told = {"agreementNumber": 1118081, "userName": "Joh", "company": {"name": "The Demo Company"}}
    responses.get(f"{LEGACY}/self", json=told | {"settings": {"baseCurrency": "DKK"}})
    agreement = client.agreement()

    assert (agreement.number, agreement.company_name) == (1118081, "The Demo Company")
    assert (agreement.user_name, agreement.base_currency) == ("Joh", "DKK")


@pytest.mark.parametrize("told", [{}, {"agreementNumber": "1"}, {"agreementNumber": True}, [], None])
@responses.activate
def test_an_agreement_without_a_number_is_garbled(client: Client, told: Any) -> None:
    responses.get(f"{LEGACY}/self", json=told)
    with pytest.raises(errors.Garbled) as caught:
        client.agreement()

    assert not caught.value.unclear


@pytest.mark.parametrize(
    ("call", "path", "key", "value"),
    [
        ("currencies", "currencies", "code", "DKK"),
        ("customer_groups", "customer-groups", "customerGroupNumber", 1),
        ("payment_terms", "payment-terms", "paymentTermsNumber", 14),
        ("vat_zones", "vat-zones", "vatZoneNumber", 3),
        ("units", "units", "unitNumber", 8),
        ("layouts", "layouts", "layoutNumber", 21),
    ],
)
@responses.activate
def test_a_list_of_choices_is_read(client: Client, call: str, path: str, key: str, value: Any) -> None:
    row = {key: value, "name": "Navn", "extra": 1}
    responses.get(f"{LEGACY}/{path}", json=page([row]))

    assert getattr(client, call)() == (Reference(str(value), "Navn", row),)


@responses.activate
def test_a_list_is_followed_to_its_last_page(client: Client) -> None:
    first, second = ({"unitNumber": number, "name": str(number)} for number in (1, 2))
    following = f"{LEGACY}/units?skippages=1&pagesize=1000"
    asks = matchers.query_param_matcher
    responses.get(f"{LEGACY}/units", json=page([first], 2, nextPage=following), match=[asks({"pagesize": "1000"})])
    responses.get(f"{LEGACY}/units", json=page([second], 2), match=[asks({"pagesize": "1000", "skippages": "1"})])

    assert [unit.key for unit in client.units()] == ["1", "2"]


@responses.activate
def test_a_next_page_that_leads_back_is_not_followed_for_ever(client: Client) -> None:
    again = f"{LEGACY}/units?pagesize=1000"
    responses.get(f"{LEGACY}/units", json=page([{"unitNumber": 1}], 2, nextPage=again))
    with pytest.raises(errors.Garbled, match="circle"):
        client.units()
    assert len(responses.calls) == 2


@responses.activate
def test_a_next_page_on_another_host_is_never_asked(client: Client) -> None:
    responses.get(f"{LEGACY}/units", json=page([{"unitNumber": 1}], 2, nextPage="https://evil.example/units"))
    with pytest.raises(errors.Garbled):
        client.units()

    assert len(responses.calls) == 1


@pytest.mark.parametrize("link", [None, f"{LEGACY}/units"])
@responses.activate
def test_a_list_that_does_not_add_up_is_garbled(client: Client, link: str | None) -> None:
    responses.get(f"{LEGACY}/units", json=page([{"unitNumber": 1}], 2, nextPage=link))

    with pytest.raises(errors.Garbled):
        client.units()


@responses.activate
def test_customers_are_asked_for_by_number(client: Client) -> None:
    responses.get(CUSTOMERS, json=page([]))
    list(client.customers())

    assert _asked(0) == {"filter": "customerNumber$gt:0", "sort": "customerNumber", "pagesize": "1000"}


@responses.activate
def test_changes_are_asked_for_from_a_moment_on(client: Client) -> None:
    responses.get(CUSTOMERS, json=page([]))
    list(client.customers(after=5, changed_since="2026-08-01T10:00:00Z"))

    assert _asked(0)["filter"] == "customerNumber$gt:5$and:lastUpdated$gte:2026-08-01T10:00:00Z"


@responses.activate
def test_each_page_begins_above_the_one_before(client: Client) -> None:
    responses.get(CUSTOMERS, json=page(numbered(1, 4), 3, pageSize=2))
    responses.get(CUSTOMERS, json=page(numbered(9), 1, pageSize=2))
    pages = list(client.customers(page_size=2))

    assert [[customer.number for customer in page.customers] for page in pages] == [[1, 4], [9]]
    assert [(page.total, page.last) for page in pages] == [(3, False), (1, True)]
    assert _asked(1)["filter"] == "customerNumber$gt:4"


@responses.activate
def test_a_full_last_page_ends_without_another_call(client: Client) -> None:
    responses.get(CUSTOMERS, json=page(numbered(1, 2), pageSize=2))

    assert [page.last for page in client.customers(page_size=2)] == [True]


@responses.activate
def test_a_smaller_page_than_asked_for_is_fine_if_they_say_so(client: Client) -> None:
    responses.get(CUSTOMERS, json=page(numbered(1), 2, pageSize=1))
    responses.get(CUSTOMERS, json=page(numbered(2), 1, pageSize=1))

    assert len(list(client.customers())) == 2


@pytest.mark.parametrize(
    "told",
    [
        page(numbered(1, 3, 2)),
        page(numbered(2, 2)),
        page(numbered(1), 2),
        page(numbered(1, 2), 1),
        page([], 3),
        page(numbered(0)),
        page([{"customerNumber": "1"}]),
        page([{"customerNumber": True}]),
        page([{"name": "x"}]),
        page([5]),  # type: ignore[list-item]
        page(numbered(1), results="1"),  # type: ignore[arg-type]
        page(numbered(1), results=-1),
        {"collection": numbered(1)},
        {"collection": {}, "pagination": {}},
        {"items": []},
        [],
        None,
    ],
)
@responses.activate
def test_a_page_that_does_not_add_up_is_garbled(client: Client, told: Any) -> None:
    responses.get(CUSTOMERS, json=told)
    with pytest.raises(errors.Garbled) as caught:
        list(client.customers())

    assert not caught.value.unclear


@responses.activate
def test_a_server_that_forgets_the_filter_is_noticed(client: Client) -> None:
    responses.get(CUSTOMERS, json=page(numbered(1, 2, 3)))

    with pytest.raises(errors.Garbled):
        list(client.customers(after=2))


@responses.activate
def test_customers_are_counted(client: Client) -> None:
    responses.get(CUSTOMERS, json=page(numbered(1), 3684, pageSize=1))

    assert client.count() == 3684


@responses.activate
def test_a_customer_comes_with_its_version(client: Client, newer_customer: dict[str, Any]) -> None:
    responses.get(f"{NEWER}/7", json=newer_customer)
    read = client.customer(7)

    assert (read.number, read.version, read.service, read.raw) == (7, "v1", "openapi", newer_customer)


@pytest.mark.parametrize("change", [{"objectVersion": None}, {"objectVersion": ""}, {"customerNumber": 8}])
@responses.activate
def test_a_customer_without_version_or_of_another_number_is_garbled(
    client: Client, newer_customer: dict[str, Any], change: dict[str, Any]
) -> None:
    responses.get(f"{NEWER}/7", json=newer_customer | change)

    with pytest.raises(errors.Garbled):
        client.customer(7)


@responses.activate
def test_a_customer_that_is_gone_is_missing(client: Client) -> None:
    proven()
    responses.get(f"{NEWER}/7", json=NEWER_MISSING, status=404, content_type="application/problem+json")

    with pytest.raises(errors.Missing):
        client.customer(7)


@responses.activate
def test_a_legacy_customer_keeps_all_that_was_said(client: Client, customer: dict[str, Any]) -> None:
    responses.get(f"{CUSTOMERS}/7", json=customer)
    read = client.legacy_customer(7)

    assert (read.raw, read.last_updated, read.version) == (customer, "2024-10-17T14:09:30Z", None)


@responses.activate
def test_a_customer_in_the_other_services_words_is_garbled(client: Client, newer_customer: dict[str, Any]) -> None:
    responses.get(f"{CUSTOMERS}/7", json=newer_customer)

    with pytest.raises(errors.Garbled, match="other service"):
        client.legacy_customer(7)


@responses.activate
def test_a_number_exists_or_does_not(client: Client, customer: dict[str, Any]) -> None:
    proven()
    responses.get(f"{CUSTOMERS}/7", json=customer)
    responses.get(f"{CUSTOMERS}/8", json=MISSING, status=404)

    assert client.exists(7)
    assert not client.exists(8)


@pytest.mark.parametrize("status", [200, 401, 404, 503])
@responses.activate
def test_a_look_up_that_fails_is_never_absence(client: Client, status: int) -> None:
    responses.get(f"{CUSTOMERS}/7", body="<h1>Maintenance</h1>", status=status, content_type="text/html")

    with pytest.raises(errors.EconomicError):
        client.exists(7)


@responses.activate
def test_taken_numbers_are_asked_two_hundred_at_a_time(client: Client) -> None:
    responses.get(CUSTOMERS, json=page(numbered(1, 200)))
    responses.get(CUSTOMERS, json=page(numbered(201)))

    assert client.taken(range(1, 251)) == {1, 200, 201}
    assert _asked(1)["filter"] == f"customerNumber$in:[{','.join(str(number) for number in range(201, 251))}]"


@responses.activate
def test_nothing_is_asked_about_no_numbers(client: Client) -> None:
    assert client.taken([]) == set()


@pytest.mark.parametrize("told", [page(numbered(3)), page(numbered(1), 2), page(numbered(1, 1))])
@responses.activate
def test_an_answer_about_other_numbers_is_garbled(client: Client, told: Any) -> None:
    responses.get(CUSTOMERS, json=told)

    with pytest.raises(errors.Garbled):
        client.taken([1, 2])


@pytest.mark.parametrize(("rows", "results", "highest"), [(numbered(99), 5, 99), ([], 0, 0)])
@responses.activate
def test_the_highest_number_is_found(client: Client, rows: Any, results: int, highest: int) -> None:
    responses.get(CUSTOMERS, json=page(rows, results, pageSize=1))

    assert client.highest_number() == highest
    assert _asked(0) == {"sort": "-customerNumber", "pagesize": "1"}


@responses.activate
def test_a_creation_sends_the_body_and_reads_the_record(client: Client, customer: dict[str, Any]) -> None:
    responses.post(CUSTOMERS, json=customer, status=201)
    created = client.create(customer, "k1")

    assert (created.customer.number, created.from_cache) == (7, False)
    assert json.loads(responses.calls[0].request.body or b"") == customer
    assert responses.calls[0].request.headers["Idempotency-Key"] == "k1"


@responses.activate
def test_a_creation_tells_the_number_that_it_got(client: Client, customer: dict[str, Any]) -> None:
    responses.post(CUSTOMERS, json=customer | {"customerNumber": 12}, status=201)

    assert client.create(customer, "k1").customer.number == 12


@pytest.mark.parametrize("answer", [{"json": {}}, {"json": []}, {"body": "{", "content_type": "application/json"},
                                    {"body": "ok"}, {"body": ""}])  # fmt: skip
@responses.activate
def test_a_creation_with_a_garbled_answer_is_unclear(
    client: Client, customer: dict[str, Any], answer: dict[str, Any]
) -> None:
    responses.post(CUSTOMERS, status=201, **answer)
    with pytest.raises(errors.Garbled) as caught:
        client.create(customer, "k")

    assert caught.value.unclear


@responses.activate
def test_a_refused_creation_names_the_field(client: Client, customer: dict[str, Any]) -> None:
    responses.post(CUSTOMERS, json=NO_GROUP, status=400)
    with pytest.raises(errors.Refused) as caught:
        client.create(customer, "k")

    assert [fault.property for fault in caught.value.fields] == ["customerGroup"]


@responses.activate
def test_an_empty_required_field_never_leaves_the_house(
    client: Client, customer: dict[str, Any], newer_customer: dict[str, Any]
) -> None:
    del customer["vatZone"]
    newer_customer["name"] = ""
    for write in (
        lambda: client.create(customer, "k"),
        lambda: client.replace(7, customer, "k"),
        lambda: client.update(newer_customer, 7, "k"),
    ):
        with pytest.raises(errors.Refused):
            write()

    assert len(responses.calls) == 0


@pytest.mark.parametrize("answer", [{"status": 204}, {"status": 200}, {"status": 200, "json": {}}])
@responses.activate
def test_an_update_may_be_answered_without_the_record(
    client: Client, newer_customer: dict[str, Any], answer: dict[str, Any]
) -> None:
    responses.put(f"{NEWER}/7", **answer)

    assert client.update(newer_customer, 7, "k").customer is None


@responses.activate
def test_an_update_may_be_answered_with_the_record(client: Client, newer_customer: dict[str, Any]) -> None:
    responses.put(f"{NEWER}/7", json=newer_customer | {"objectVersion": "v2"})
    updated = client.update(newer_customer, 7, "k")

    assert updated.customer is not None
    assert updated.customer.version == "v2"


@responses.activate
def test_an_update_on_a_version_that_moved_is_stale(client: Client, newer_customer: dict[str, Any]) -> None:
    responses.put(f"{NEWER}/7", json={"title": "x", "errorCode": "UpdateConflict"}, status=409)

    with pytest.raises(errors.StaleVersion):
        client.update(newer_customer, 7, "k")


def test_an_update_without_a_version_is_a_mistake_of_ours(client: Client, newer_customer: dict[str, Any]) -> None:
    del newer_customer["objectVersion"]

    with pytest.raises(ValueError, match="objectVersion"):
        client.update(newer_customer, 7, "k")


@pytest.mark.parametrize(("status", "created"), [(200, False), (201, True)])
@responses.activate
def test_a_replacement_tells_whether_it_created(
    client: Client, customer: dict[str, Any], status: int, created: bool
) -> None:
    responses.put(f"{CUSTOMERS}/7", json=customer, status=status)

    assert client.replace(7, customer, "k").created is created


@responses.activate
def test_a_customer_is_deleted_under_its_key(client: Client) -> None:
    responses.delete(f"{CUSTOMERS}/7", status=204)
    deleted = client.delete(7, "k9")

    assert not deleted.from_cache
    assert responses.calls[0].request.headers["Idempotency-Key"] == "k9"


@responses.activate
def test_a_customer_that_is_gone_already_is_missing(client: Client) -> None:
    proven()
    responses.delete(f"{CUSTOMERS}/7", json=MISSING | {"errorCode": "E06000"}, status=404)

    with pytest.raises(errors.Missing):
        client.delete(7, "k")
