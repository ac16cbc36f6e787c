"""The same questions to two services: the sandbox in this process always, the real one where its tokens are given.

`ECONOMIC_CONTRACT_APP_SECRET` and `ECONOMIC_CONTRACT_GRANT` (`demo` and `demo`: only what reads), with
`ECONOMIC_CONTRACT_API_URL` and `ECONOMIC_CONTRACT_OPENAPI_URL`, name the real one. With tokens that may write,
customers are made in that agreement and deleted again: give those of a developer agreement, never a company's.
"""

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests import real
from tests.sandbox.conftest import PUBLIC, SECRET
from tests.wsgi import WSGIAdapter
from webapp.sandbox import Sandbox, create_sandbox

HERE = "http://127.0.0.1:8001"


class Said:
    """An answer, read as the sandbox's own tests read theirs."""

    def __init__(self, answer: requests.Response) -> None:
        self.status_code, self.headers, self.text = answer.status_code, answer.headers, answer.text
        self.json: Any = answer.json() if answer.content else None


class Target:
    """One service. Paths under /rest go to the legacy address, all others to the newer services'."""

    def __init__(self, name: str, legacy: str, openapi: str, secret: str, grant: str) -> None:
        self.name, self.legacy, self.openapi = name, legacy.rstrip("/"), openapi.rstrip("/")
        self.headers = {"X-AppSecretToken": secret, "X-AgreementGrantToken": grant}
        self.writable = grant != "demo"
        self.session = requests.Session()
        self.made: set[int] = set()

    def __call__(self, method: str, path: str, json: Any = None, **headers: str) -> Said:
        base, rest = (self.legacy, path.removeprefix("/rest")) if path.startswith("/rest") else (self.openapi, path)
        named = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        answer = Said(self.session.request(method, base + rest, json=json, headers=named, timeout=60))
        if answer.status_code == 201 and isinstance(answer.json, dict) and "customerNumber" in answer.json:
            self.made.add(answer.json["customerNumber"])
        return answer

    def get(self, path: str, **headers: str) -> Said:
        return self("GET", path, **headers)

    def path_of(self, link: str) -> str:
        """The path that a link of the legacy service leads to."""
        assert link.startswith(f"{self.legacy}/")
        return "/rest" + link.removeprefix(self.legacy)

    def clear_up(self) -> None:
        for number in self.made:
            self("DELETE", f"/rest/customers/{number}")
        self.session.close()


def sandbox() -> Target:
    """The sandbox with an agreement of its own and some customers in it."""
    made = Sandbox(seed=1)
    agreement = made.add_agreement(1482210, "Fjordglans Rengøring ApS")
    for number in range(1001, 1031):
        agreement.add_customer(customerNumber=number, name=f"Kunde {number}", **({"city": "By"} if number % 2 else {}))
    target = Target("sandbox", f"{HERE}/rest", HERE, SECRET, agreement.grant(PUBLIC))
    target.session.mount(HERE, WSGIAdapter(create_sandbox(made)))
    return target


def real_one() -> Target:
    secret, grant, legacy, openapi = (os.environ[name] for name in real.CONTRACT)
    return Target("real", legacy, openapi, secret, grant)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "api" in metafunc.fixturenames:
        targets = [sandbox, real_one] if real.contract_hosts() else [sandbox]
        metafunc.parametrize("api", targets, indirect=True, ids=lambda target: target.__name__)


@pytest.fixture
def api(request: pytest.FixtureRequest) -> Iterator[Target]:
    """One of the two services, for questions that change nothing."""
    target: Target = request.param()
    yield target
    target.clear_up()


@pytest.fixture
def writer(api: Target) -> Target:
    """One of the two, where writing is allowed."""
    if not api.writable:
        pytest.skip("the demo tokens only read")
    return api


@pytest.fixture
def free(writer: Target) -> int:
    """A customer number that nobody has."""
    while True:
        number = random.randint(500_000_000, 999_999_998)
        if writer.get(f"/rest/customers/{number}").status_code == 404:
            return number


@pytest.fixture
def minimal(writer: Target) -> dict[str, Any]:
    """The least a customer can be made of, with the first group, terms and zone of the agreement."""

    def first(path: str, key: str) -> dict[str, int]:
        return {key: writer.get(f"/rest/{path}?pagesize=1").json["collection"][0][key]}

    return {
        "name": "Kajs Kaffe ApS",
        "currency": "DKK",
        "customerGroup": first("customer-groups", "customerGroupNumber"),
        "paymentTerms": first("payment-terms", "paymentTermsNumber"),
        "vatZone": first("vat-zones", "vatZoneNumber"),
    }
