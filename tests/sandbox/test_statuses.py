"""Every refusal by its status, in the shape of the service that was asked, and the switches that move some of them."""

from typing import Any

import pytest

from tests.sandbox.conftest import Api
from webapp.sandbox import Sandbox
from webapp.sandbox.agreement import Agreement

NEWER = "/customersapi/v3.1.0/Customers"
LEGACY_KEYS = {"message", "developerHint", "logId", "httpStatusCode", "logTime"}
NEWER_KEYS = {"type", "title", "status", "detail", "errors", "traceId", "traceTimeUtc", "errorCode"}


def provoke(api: Api, sandbox: Sandbox, status: int, path: str) -> Any:
    """One call that is refused with this status."""
    if status == 401:
        return api.http.get(path, headers={"X-AppSecretToken": "x", "X-AgreementGrantToken": "y"})
    if status == 403:
        demo = {"X-AppSecretToken": "demo", "X-AgreementGrantToken": "demo"}
        return api.http.post(path, json={}, headers=demo)
    if status == 404:
        return api.get(f"{path}/4711")
    if status == 405:
        return api("PATCH", path, {})
    if status == 415:
        return api.http.post(path, data=b"{}", headers=api.headers | {"Content-Type": "text/plain"})
    if status == 429:
        sandbox.switches.budget = 1
    else:
        sandbox.faults.next(kind=f"{status}-before")
    return api.get(path)


@pytest.mark.parametrize("status", [401, 403, 404, 405, 415, 429, 500, 501, 503])
def test_the_legacy_service_refuses_in_its_shape(api: Api, sandbox: Sandbox, status: int) -> None:
    answer = provoke(api, sandbox, status, "/rest/customers")
    assert (answer.status_code, answer.json["httpStatusCode"]) == (status, status)
    assert set(answer.json) >= LEGACY_KEYS and answer.json["message"] and answer.json["developerHint"]
    assert answer.mimetype == "application/json" and answer.headers["X-RateLimiting"] and answer.headers["X-RequestId"]


@pytest.mark.parametrize("status", [401, 403, 404, 405, 415, 429, 500, 501, 503])
def test_a_newer_service_refuses_by_problem_json(api: Api, sandbox: Sandbox, status: int) -> None:
    answer = provoke(api, sandbox, status, NEWER)
    assert (answer.status_code, answer.json["status"]) == (status, status)
    assert set(answer.json) == NEWER_KEYS and answer.json["title"] and answer.json["errorCode"] != "Unknown"
    assert answer.mimetype == "application/problem+json" and answer.headers["X-CallCost"] == "3"


def test_an_old_version_is_refused_with_409(api: Api, agreement: Agreement) -> None:
    agreement.add_customer(customerNumber=7, name="Syv")
    answer = api("PUT", f"{NEWER}/7", api.get(f"{NEWER}/7").json | {"objectVersion": "0"})
    assert (answer.status_code, answer.json["errorCode"]) == (409, "UpdateConflict")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_demo_query_opens_reading_only(api: Api, method: str) -> None:
    assert api.http.get("/rest/customers/1?demo=true").status_code == 200
    assert api.http.open("/rest/customers/1?demo=true", method=method, json={}).status_code == 403


@pytest.mark.parametrize("status", [400, 403, 409])
def test_the_status_for_a_used_customer_is_a_switch(api: Api, agreement: Agreement, status: int) -> None:
    agreement.add_customer(customerNumber=1, name="Brugt")
    agreement.mark_used(1)
    agreement.sandbox.switches.delete_used_status = status
    assert api("DELETE", "/rest/customers/1").status_code == status


def test_the_webhooks_method_is_a_switch(sandbox: Sandbox, agreement: Agreement, webhook: Any, calls: Any) -> None:
    sandbox.switches.webhook_method = "GET"
    webhook(url="https://x.dk/k?n=[NEWNUMBER]")
    agreement.add_customer(customerNumber=5, name="Fem")
    sandbox.pump()
    assert calls[0][:2] == ("GET", "https://x.dk/k?n=5")


@pytest.mark.parametrize("path", ["/rest/customers", NEWER])
def test_keys_are_kept_by_both_services(api: Api, agreement: Agreement, minimal: dict[str, Any], path: str) -> None:
    newer = {
        "customerNumber": 9,
        "name": "Ny",
        "currency": "DKK",
        "customerGroupNumber": 1,
        "paymentTermId": 1,
        "zone": 1,
    }
    answers = [api("POST", path, newer if path == NEWER else minimal, Idempotency_Key="k") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201] and len(agreement.customers) == 1
    assert answers[1].headers["X-ResultFromCache"] == "true"
