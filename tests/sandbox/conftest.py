"""One agreement in a sandbox of its own, and a client that speaks to it with good tokens."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from webapp.sandbox import Sandbox, create_sandbox
from webapp.sandbox.agreement import Agreement

SECRET, PUBLIC = "demo-app-secret", "demo-app-public"


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


class Api:
    """Calls with the tokens of one grant."""

    def __init__(self, sandbox: Sandbox, token: str) -> None:
        self.http = create_sandbox(sandbox).test_client()
        self.headers = {"X-AppSecretToken": SECRET, "X-AgreementGrantToken": token}

    def __call__(self, method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.open(path, method=method, json=json, headers={**self.headers, **named})

    def get(self, path: str, **headers: str) -> TestResponse:
        return self("GET", path, **headers)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    made = Sandbox(seed=1, now=clock)
    made.sleep = lambda seconds: None
    return made


@pytest.fixture
def agreement(sandbox: Sandbox) -> Agreement:
    return sandbox.add_agreement(1482210, "Fjordglans Rengøring ApS")


@pytest.fixture
def api(sandbox: Sandbox, agreement: Agreement) -> Api:
    return Api(sandbox, agreement.grant(PUBLIC))


@pytest.fixture
def minimal() -> dict[str, Any]:
    """The least a customer can be made of."""
    return {
        "name": "Kajs Kaffe ApS",
        "currency": "DKK",
        "customerGroup": {"customerGroupNumber": 1},
        "paymentTerms": {"paymentTermsNumber": 1},
        "vatZone": {"vatZoneNumber": 1},
    }


@pytest.fixture
def calls(sandbox: Sandbox) -> list[tuple[str, str, dict[str, str], bytes]]:
    """The webhook calls that were delivered; each is answered with 200."""
    made: list[tuple[str, str, dict[str, str], bytes]] = []

    def deliver(method: str, url: str, headers: dict[str, str], body: bytes) -> int:
        made.append((method, url, headers, body))
        return 200

    sandbox.deliver = deliver
    return made


@pytest.fixture
def webhook(sandbox: Sandbox, agreement: Agreement) -> Callable[..., dict[str, Any]]:
    """Set a webhook for customers up, as a superuser would on screen."""

    def set_up(**fields: Any) -> dict[str, Any]:
        usual = {
            "eventType": "CUSTOMER_UPDATED",
            "name": "CleanManager",
            "url": "https://example.dk/hook",
            "contentType": "application/x-www-form-urlencoded",
            "postData": "old=[OLDNUMBER]&new=[NEWNUMBER]",
        }
        return sandbox.webhooks.set_up(agreement, {**usual, **fields})

    return set_up
