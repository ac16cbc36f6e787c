"""Misbehaviour on demand."""

import gzip
import json
from typing import Any

import pytest

from tests.sandbox.conftest import Api
from webapp.sandbox import ConnectionCut, Sandbox
from webapp.sandbox.agreement import Agreement


@pytest.mark.parametrize(("kind", "done"), [("500-before", False), ("500-after", True), ("503-after", True)])
def test_a_failure_before_or_after_the_write_took_effect(
    api: Api, sandbox: Sandbox, agreement: Agreement, minimal: dict[str, Any], kind: str, done: bool
) -> None:
    sandbox.faults.next(kind=kind)
    assert api("POST", "/rest/customers", minimal).status_code == int(kind[:3])
    assert (len(agreement.customers) == 1) is done


@pytest.mark.parametrize(
    ("kind", "done", "sent", "timed_out"),
    [("cut-connect", False, False, False), ("cut-before", False, True, False), ("cut-after", True, True, False),
     ("timeout-before", False, True, True), ("timeout-after", True, True, True)],
)  # fmt: skip
def test_a_cut_leaves_the_write_done_or_not(
    api: Api, sandbox: Sandbox, agreement: Agreement, minimal: dict[str, Any], kind: str, done: bool, sent: bool,
    timed_out: bool,
) -> None:  # fmt: skip
    sandbox.faults.next(kind=kind)
    with pytest.raises(ConnectionCut) as cut:
        api("POST", "/rest/customers", minimal)
    assert (cut.value.sent, cut.value.timed_out) == (sent, timed_out)
    assert (len(agreement.customers) == 1) is done


def test_after_a_cut_the_same_key_gets_the_lost_answer(
    api: Api, sandbox: Sandbox, agreement: Agreement, minimal: dict[str, Any]
) -> None:
    sandbox.faults.next(kind="cut-after")
    with pytest.raises(ConnectionCut):
        api("POST", "/rest/customers", minimal, Idempotency_Key="k")
    assert api("POST", "/rest/customers", minimal, Idempotency_Key="k").headers["X-ResultFromCache"] == "true"
    assert len(agreement.customers) == 1


def test_a_fault_meets_only_the_calls_it_is_meant_for(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.next(n=2, method="GET", path=r"/customers/\d+", kind="503-before", skip=1)
    paths = ("/rest/self", "/rest/customers/1", "/rest/customers/1", "/rest/customers/1", "/rest/customers/1")
    assert [api.get(path).status_code for path in paths] == [200, 404, 503, 503, 404]


@pytest.mark.parametrize(("kind", "status"), [("401", 401), ("403", 403), ("404", 404), ("404-html", 404),
                                              ("501-before", 501),
                                              ("redirect", 302), ("html", 200), ("revoke", 401)])  # fmt: skip
def test_a_status_on_demand(api: Api, sandbox: Sandbox, kind: str, status: int) -> None:
    sandbox.faults.next(kind=kind)
    assert api.get("/rest/self").status_code == status


def test_a_revoked_grant_stays_revoked(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.next(kind="revoke")
    assert [api.get("/rest/self").status_code for _ in range(2)] == [401, 401]


def test_a_truncated_body_is_shorter_than_announced(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.next(kind="truncated")
    answer = api.get("/rest/self")
    assert len(answer.data) < int(answer.headers["Content-Length"])


def test_bodies_that_are_not_json(api: Api, sandbox: Sandbox) -> None:
    for kind in ("not-json", "html", "empty"):
        sandbox.faults.next(kind=kind)
        with pytest.raises(json.JSONDecodeError):
            json.loads(api.get("/rest/self").data)


def test_a_zipped_body_can_be_unpacked_and_a_false_one_not(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.next(kind="gzip")
    assert b"agreementNumber" in gzip.decompress(api.get("/rest/self").data)
    sandbox.faults.next(kind="bad-gzip")
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(api.get("/rest/self").data)


def test_a_wrong_content_type(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.next(kind="wrong-type")
    assert api.get("/rest/self").content_type == "text/plain"


def test_a_next_page_on_another_host(api: Api, sandbox: Sandbox, agreement: Agreement) -> None:
    for name in "abc":
        agreement.add_customer(name=name)
    sandbox.faults.next(kind="foreign-next")
    answer = api.get("/rest/customers?pagesize=1").json
    assert answer["pagination"]["nextPage"].startswith("https://evil.example/rest/customers")


def test_a_huge_body(api: Api, sandbox: Sandbox) -> None:
    sandbox.faults.next(kind="huge", size=1000)
    assert len(api.get("/rest/self").data) > 1000


def test_latency_is_slept_and_not_counted_as_failure(api: Api, sandbox: Sandbox) -> None:
    slept: list[float] = []
    sandbox.sleep = slept.append
    sandbox.faults.next(kind="latency", seconds=2.5)
    assert api.get("/rest/self").status_code == 200
    assert slept == [2.5]


def test_an_accountant_edits_just_before_the_put(api: Api, sandbox: Sandbox, agreement: Agreement) -> None:
    agreement.add_customer(customerNumber=1, name="Ny")
    seen = api.get("/customersapi/v3.1.0/Customers/1").json
    sandbox.faults.next(kind="edit", method="PUT", field="country", value="Norge")
    assert api("PUT", "/customersapi/v3.1.0/Customers/1", seen | {"city": "x"}).status_code == 409
    assert agreement.customers[1]["country"] == "Norge"


@pytest.mark.parametrize(("kind", "numbers"), [("drift-insert", [2, 4]), ("drift-delete", [8, 10])])
def test_the_list_drifts_while_it_is_paged(
    api: Api, sandbox: Sandbox, agreement: Agreement, kind: str, numbers: list[int]
) -> None:
    for number in (2, 4, 6, 8, 10):
        agreement.add_customer(customerNumber=number, name="x")
    sandbox.faults.next(kind=kind)
    rows = api.get("/rest/customers?pagesize=2&skippages=1").json["collection"]
    assert [row["customerNumber"] for row in rows] == ([4, 6] if kind == "drift-insert" else numbers)


def test_chance_follows_the_seed() -> None:
    def outcomes(seed: int) -> list[bool]:
        faults = Sandbox(seed=seed).faults
        faults.always(chance=0.5, kind="429")
        return [faults.take("GET", "/x") is not None for _ in range(50)]

    assert outcomes(1) == outcomes(1) != outcomes(2)


def test_what_is_not_known_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="there is no fault"):
        sandbox.faults.next(kind="brand")
    with pytest.raises(ValueError, match="there is no moment"):
        sandbox.hook(sometime=lambda: None)
    with pytest.raises(AttributeError):
        sandbox.switches.bogus = 1


def test_a_hook_runs_once(api: Api, sandbox: Sandbox) -> None:
    ran: list[int] = []
    sandbox.hook(before_get=lambda: ran.append(1))
    api.get("/rest/self")
    api.get("/rest/self")
    assert ran == [1]
