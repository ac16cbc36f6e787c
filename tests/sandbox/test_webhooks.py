"""Webhooks out: what fires, what is sent, what happens when nobody listens."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import Api, Clock
from webapp.sandbox import Sandbox
from webapp.sandbox.agreement import Agreement

Calls = list[tuple[str, str, dict[str, str], bytes]]
SetUp = Callable[..., dict[str, Any]]


def bodies(calls: Calls) -> list[str]:
    return [body.decode() for _, _, _, body in calls]


def test_each_kind_of_change_is_called_for_with_its_numbers(
    sandbox: Sandbox, agreement: Agreement, webhook: SetUp, calls: Calls
) -> None:
    webhook()
    agreement.add_customer(customerNumber=5, name="Fem")
    agreement.edit(5, city="By")
    agreement.renumber(5, 6)
    agreement.delete(6)
    sandbox.pump()
    assert bodies(calls) == ["old=&new=5", "old=5&new=5", "old=5&new=6", "old=6&new="]


def test_a_write_through_either_service_fires_too(
    api: Api, sandbox: Sandbox, agreement: Agreement, webhook: SetUp, calls: Calls, minimal: dict[str, Any]
) -> None:
    webhook()
    api("POST", "/rest/customers", minimal)
    seen = api.get("/customersapi/v3.1.0/Customers/1").json
    api("PUT", "/customersapi/v3.1.0/Customers/1", seen | {"city": "Ny"})
    sandbox.pump()
    assert bodies(calls) == ["old=&new=1", "old=1&new=1"]


def test_a_write_that_changes_nothing_is_silent(
    api: Api, sandbox: Sandbox, webhook: SetUp, calls: Calls, minimal: dict[str, Any]
) -> None:
    webhook()
    api("POST", "/rest/customers", minimal)
    sandbox.pump()
    api("PUT", "/rest/customers/1", minimal)
    assert sandbox.pump() == 0


def test_everything_is_sent_exactly_as_typed(
    sandbox: Sandbox, agreement: Agreement, webhook: SetUp, calls: Calls
) -> None:
    webhook(
        url="https://x.dk/k?o=[oldnumber]&n=[NEWNUMBER]",
        postData="[NEWNUMBER]&[oldnumber]\n{æ}[ANDET]",
        contentType="application/json",
        customHeaders=[{"key": "X-Nr", "value": "n[newnumber]"}],
    )
    agreement.add_customer(customerNumber=5, name="Fem")
    sandbox.pump()
    method, url, headers, body = calls[0]
    assert (method, url, body.decode()) == ("POST", "https://x.dk/k?o=&n=5", "5&\n{æ}[ANDET]")
    assert (headers["Content-Type"], headers["X-Nr"]) == ("application/json", "n5")


def test_one_call_is_made_for_each_record(sandbox: Sandbox, agreement: Agreement, webhook: SetUp, calls: Calls) -> None:
    webhook()
    for _ in range(30):
        agreement.add_customer(name="Mange")
    sandbox.pump()
    assert len(calls) == 30


def test_only_webhooks_of_the_type_are_called(
    api: Api, sandbox: Sandbox, agreement: Agreement, webhook: SetUp, calls: Calls
) -> None:
    webhook(eventType="PRODUCT_UPDATED")
    agreement.add_customer(name="Ikke vare")
    api("POST", "/rest/products", {"productNumber": "A.1", "name": "Sæbe", "productGroup": {"productGroupNumber": 1}})
    sandbox.pump()
    assert bodies(calls) == ["old=&new=A.1"]


def test_a_failed_call_is_tried_again_with_growing_pauses(
    sandbox: Sandbox, agreement: Agreement, webhook: SetUp, clock: Clock
) -> None:
    webhook()
    tried: list[float] = []
    start = clock.time
    sandbox.deliver = lambda *call: tried.append((clock.time - start).total_seconds()) or 500  # type: ignore[func-returns-value]
    agreement.add_customer(name="Hør")
    for _ in range(2000):
        sandbox.pump()
        clock.forward(seconds=1)
    assert tried == [0, 10, 50, 210, 850]
    assert not sandbox.webhooks.queue


def test_a_receiver_that_raises_stops_nothing(sandbox: Sandbox, agreement: Agreement, webhook: SetUp) -> None:
    webhook()

    def broken(*call: Any) -> int:
        raise OSError

    sandbox.deliver = broken
    agreement.add_customer(name="Hør")
    assert sandbox.pump() == 1
    assert [row["outcome"] for row in sandbox.webhooks.log.values()] == ["no answer"]


def test_a_webhook_is_disabled_after_so_many_failures_in_a_row(
    sandbox: Sandbox, agreement: Agreement, webhook: SetUp
) -> None:
    row = webhook()
    sandbox.switches.update(disable_after=3, webhook_tries=1)
    sandbox.deliver = lambda *call: 500
    for _ in range(4):
        agreement.add_customer(name="Hør")
        sandbox.pump()
    kept = agreement.webhooks[str(row["id"])]
    assert (kept["isDisabled"], kept["lastDisabledDate"]) == (True, "2026-03-02T09:00:00Z")
    assert len(sandbox.webhooks.log) == 3


@pytest.mark.parametrize(("side", "sent"), [("empty", "old=&new=5"), ("zero", "old=0&new=5"), ("same", "old=5&new=5")])
def test_the_missing_side_is_a_switch(
    sandbox: Sandbox, agreement: Agreement, webhook: SetUp, calls: Calls, side: str, sent: str
) -> None:
    webhook()
    sandbox.switches.webhook_missing_side = side
    agreement.add_customer(customerNumber=5, name="Fem")
    sandbox.pump()
    assert bodies(calls) == [sent]


def test_deletions_can_be_silent(sandbox: Sandbox, agreement: Agreement, webhook: SetUp) -> None:
    agreement.add_customer(customerNumber=5, name="Fem")
    webhook()
    sandbox.switches.deletions_fire = False
    agreement.delete(5)
    assert sandbox.pump() == 0


@pytest.mark.parametrize(("switch", "count"), [("webhook_loss", 0), ("webhook_duplicates", 2)])
def test_calls_can_be_lost_or_doubled(
    sandbox: Sandbox, agreement: Agreement, webhook: SetUp, calls: Calls, switch: str, count: int
) -> None:
    webhook()
    sandbox.switches.update(**{switch: 1.0})
    agreement.add_customer(name="Måske")
    sandbox.pump()
    assert len(calls) == count


def test_delayed_calls_come_when_their_time_has_come(
    sandbox: Sandbox, agreement: Agreement, webhook: SetUp, clock: Clock
) -> None:
    webhook()
    sandbox.deliver = lambda *call: 200
    sandbox.switches.webhook_delay = 60.0
    agreement.add_customer(name="Senere")
    assert sandbox.pump() == 0
    clock.forward(seconds=60)
    assert sandbox.pump() == 1


def test_held_calls_wait_until_they_are_let_go(
    sandbox: Sandbox, agreement: Agreement, webhook: SetUp, calls: Calls
) -> None:
    webhook()
    sandbox.switches.webhook_held = True
    agreement.add_customer(name="Vent")
    assert sandbox.pump() == 0
    sandbox.switches.webhook_held = False
    assert sandbox.pump() == 1


def test_reordered_calls_all_arrive_in_another_order(
    sandbox: Sandbox, agreement: Agreement, webhook: SetUp, calls: Calls, clock: Clock
) -> None:
    webhook(postData="[NEWNUMBER]")
    sandbox.switches.webhook_reorder = 1.0
    for _ in range(10):
        agreement.add_customer(name="Bland")
    clock.forward(minutes=5)
    sandbox.pump()
    assert sorted(map(int, bodies(calls))) == list(range(1, 11))
    assert list(map(int, bodies(calls))) != list(range(1, 11))
