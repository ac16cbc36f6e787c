"""webhooksapi v1.0.0, beside its OpenAPI file."""

from typing import Any

import pytest

from tests.sandbox.conftest import PUBLIC, Api
from tests.sandbox.samples import OpenApi, needs_samples
from webapp.sandbox import Sandbox
from webapp.sandbox.agreement import Agreement

BASE = "/webhooksapi/v1.0.0"
GOOD: dict[str, Any] = {
    "eventType": "CUSTOMER_UPDATED", "name": "CleanManager", "url": "https://example.dk/hook?n=[NEWNUMBER]",
    "contentType": "application/json", "postData": "{}", "customHeaders": [{"key": "X-Key", "value": "k"}],
}  # fmt: skip


def test_a_webhook_is_made_read_changed_and_deleted(api: Api) -> None:
    assert api("POST", f"{BASE}/webhooks", GOOD).json == {"eventType": "CUSTOMER_UPDATED"}
    seen = api.get(f"{BASE}/webhooks/CUSTOMER_UPDATED").json
    assert GOOD.items() <= seen.items()
    assert api("PUT", f"{BASE}/webhooks", seen | {"name": "Andet"}).status_code == 204
    assert api.get(f"{BASE}/webhooks").json["items"][0]["name"] == "Andet"
    assert api("DELETE", f"{BASE}/webhooks/CUSTOMER_UPDATED").status_code == 204
    assert api.get(f"{BASE}/webhooks/count").json == 0


def test_it_is_called_like_one_made_on_screen(api: Api, sandbox: Sandbox, agreement: Agreement, calls: Any) -> None:
    api("POST", f"{BASE}/webhooks", GOOD)
    agreement.add_customer(customerNumber=4, name="Fire")
    sandbox.pump()
    assert calls[0][1] == "https://example.dk/hook?n=4"


def test_there_is_one_for_each_event_type(api: Api) -> None:
    api("POST", f"{BASE}/webhooks", GOOD)
    answer = api("POST", f"{BASE}/webhooks", GOOD)
    assert answer.json["errorCode"] == "WebhookAlreadyExistsForEventType"


def test_an_app_does_not_see_those_made_on_screen(api: Api, webhook: Any) -> None:
    webhook()
    assert api.get(f"{BASE}/webhooks").json["items"] == []


def test_an_old_version_is_refused(api: Api) -> None:
    api("POST", f"{BASE}/webhooks", GOOD)
    assert api("PUT", f"{BASE}/webhooks", GOOD | {"objectVersion": "0"}).status_code == 409


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"eventType": "NOGET"}, "WebhookInvalidType"), ({"url": "http://example.dk"}, "WebhookInvalidUrlScheme"),
        ({"url": "intet"}, "WebhookInvalidUrl"), ({"name": "x" * 101}, "ValidationError"),
        ({"url": "https://x.dk/" + "x" * 1000}, "ValidationError"), ({"contentType": ""}, "ValidationError"),
        ({"postData": "x" * 4001}, "ValidationError"),
        ({"customHeaders": [{"key": "a b", "value": ""}]}, "WebhookCustomHeaderInvalid"),
        ({"customHeaders": [{"key": f"k{n}", "value": "v"} for n in range(6)]}, "WebhookCustomHeadersTooMany"),
        ({"customHeaders": [{"key": "k", "value": "v" * 1000}]}, "WebhookCustomHeadersTooLong"),
    ],
)  # fmt: skip
def test_a_bad_webhook_is_refused_with_its_code(api: Api, change: dict[str, Any], code: str) -> None:
    answer = api("POST", f"{BASE}/webhooks", GOOD | change)
    assert (answer.status_code, answer.json["errorCode"]) == (400, code)


def test_an_app_without_the_role_is_refused(sandbox: Sandbox, agreement: Agreement) -> None:
    sandbox.register_app("s", "p", "Salg", roles=("Sales",))
    api = Api(sandbox, agreement.grant("p"))
    api.headers["X-AppSecretToken"] = "s"
    assert api.get(f"{BASE}/webhooks").status_code == 403
    assert api.get("/rest/customers").status_code == 200


@needs_samples
@pytest.mark.parametrize(
    ("method", "path", "address", "body"),
    [
        ("GET", "/EventTypes", "/EventTypes", None), ("GET", "/webhooks", "/webhooks", None),
        ("GET", "/webhooks/paged", "/webhooks/paged", None), ("GET", "/webhooks/count", "/webhooks/count", None),
        ("GET", "/webhooks/{eventType}", "/webhooks/CUSTOMER_UPDATED", None),
        ("GET", "/webhooks/{eventType}", "/webhooks/INVOICE_BOOKED", None),
        ("POST", "/webhooks", "/webhooks", GOOD | {"eventType": "INVOICE_BOOKED"}),
        ("POST", "/webhooks", "/webhooks", {}), ("PUT", "/webhooks", "/webhooks", GOOD),
        ("DELETE", "/webhooks/{eventType}", "/webhooks/CUSTOMER_UPDATED", None),
    ],
)  # fmt: skip
def test_an_answer_is_valid_by_the_specification(api: Api, method: str, path: str, address: str, body: Any) -> None:
    api("POST", f"{BASE}/webhooks", GOOD)
    answer = api(method, BASE + address, body)
    value = answer.json if answer.data else None
    assert OpenApi("openapi-webhooksapi-v1.0.0.json").faults(method, path, answer.status_code, value) == []


def test_the_public_token_is_the_one_the_link_carries(sandbox: Sandbox) -> None:
    assert sandbox.app_by_public(PUBLIC)["name"] == "CleanManager"
