"""A client that strangers wrote for the real service reads the sandbox over a real socket; raw calls write to it."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.sandbox.samples import needs_samples, sample
from webapp.sandbox import Sandbox, demo
from webapp.sandbox.cli import Server, serve_in_thread

auth = pytest.importorskip("economic.auth", reason="python-economic-rest is not installed")
theirs = pytest.importorskip("economic.customers")
groups = pytest.importorskip("economic.customer_groups")


@pytest.fixture
def server() -> Iterator[Server]:
    sandbox = Sandbox(seed=1)
    demo.seed_demo(sandbox)
    running = serve_in_thread(sandbox, 0)
    yield running
    running.close()


@pytest.fixture
def token(server: Server) -> str:
    return server.sandbox.agreement(demo.CLEANING).grant("demo-app-public")


@pytest.fixture
def stranger(server: Server, token: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The stranger's tokens, its addresses led here."""
    monkeypatch.setattr(theirs.Customer, "base_url", f"{server.url}/rest/customers/")
    monkeypatch.setattr(groups.CustomerGroup, "base_url", f"{server.url}/rest/customer-groups/")
    return auth.Authentication("demo-app-secret", token)


def test_it_lists_every_customer_page_by_page(stranger: Any) -> None:
    found = list(theirs.Customer.all(stranger, page_size=7))
    assert [one.customer_number for one in found] == list(range(1001, 1061))


def test_it_filters(stranger: Any, server: Server) -> None:
    name = server.sandbox.agreement(demo.CLEANING).customers[1007]["name"]
    assert 1007 in [one.customer_number for one in theirs.Customer.filter(stranger, name=name)]
    assert [one.customer_number for one in theirs.Customer.filter(stranger, customerNumber__gt=1058)] == [1059, 1060]


def test_it_gets_one(stranger: Any) -> None:
    assert theirs.Customer.get(stranger, 1001).customer_number == 1001


def test_it_reads_the_groups(stranger: Any) -> None:
    assert "Danske" in [one.name for one in groups.CustomerGroup.all(stranger)]


@needs_samples
def test_raw_calls_made_from_the_schemas_create_change_and_delete(server: Server, token: str) -> None:
    headers = {"X-AppSecretToken": "demo-app-secret", "X-AgreementGrantToken": token}
    body = from_schema(sample("customers.post.schema.json"), server.url)
    made = requests.post(f"{server.url}/rest/customers", json=body, headers=headers, timeout=10)
    assert made.status_code == 201, made.text
    changed = requests.put(made.headers["Location"], json=made.json() | {"city": "Ny"}, headers=headers, timeout=10)
    assert (changed.status_code, changed.json()["city"]) == (200, "Ny")
    gone = requests.delete(made.headers["Location"], headers=headers, timeout=10)
    assert (gone.status_code, gone.content) == (204, b"")
    assert requests.get(made.headers["Location"], headers=headers, timeout=10).status_code == 404


def from_schema(schema: dict[str, Any], place: str) -> dict[str, Any]:
    """A body with every property the write schema names."""
    body: dict[str, Any] = {}
    for name, inner in schema["properties"].items():
        if inner.get("readOnly") or inner.get("readonly") is not None:
            continue
        if inner.get("type") == "object":
            body[name] = {next(iter(inner["properties"])): 19 if name == "layout" else 1}
        elif inner.get("type") == "string":
            body[name] = "DKK" if name == "currency" else "x" * inner["maxLength"]
        elif inner.get("type") in ("integer", "number"):
            body[name] = 4321
        else:
            body[name] = True if inner.get("type") == "boolean" else {"self": f"{place}/rest/price-groups/1"}
    return body
