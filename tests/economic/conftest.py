"""A client whose clock stands still and whose waits are written down instead of waited."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.economic.wire import LEGACY, OPENAPI, Clock
from webapp import ports
from webapp.economic.client import Client
from webapp.economic.transport import Transport


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    with ports.using(clock.ports()):
        yield clock


@pytest.fixture
def transport(clock: Clock) -> Transport:
    return Transport(legacy=LEGACY, openapi=OPENAPI, app_secret="secret", grant_token="grant")


@pytest.fixture
def client(transport: Transport) -> Client:
    return Client(transport)


@pytest.fixture
def customer() -> dict[str, Any]:
    """One customer as the legacy service writes it."""
    return {
        "customerNumber": 7,
        "currency": "DKK",
        "paymentTerms": {"paymentTermsNumber": 1, "self": f"{LEGACY}/payment-terms/1"},
        "customerGroup": {"customerGroupNumber": 2, "self": f"{LEGACY}/customer-groups/2"},
        "address": "Torvet 1\n2. sal",
        "balance": -1600.0,
        "dueAmount": 0.0,
        "name": "Mr. Anderson",
        "vatZone": {"vatZoneNumber": 1, "self": f"{LEGACY}/vat-zones/1"},
        "lastUpdated": "2024-10-17T14:09:30Z",
        "contacts": f"{LEGACY}/customers/7/contacts",
        "eInvoicingDisabledByDefault": False,
        "somethingNew": {"deep": [1, 2]},
        "self": f"{LEGACY}/customers/7",
    }


@pytest.fixture
def newer_customer() -> dict[str, Any]:
    """The same customer as the newer service writes it."""
    return {
        "customerNumber": 7,
        "customerGroupNumber": 2,
        "zone": 1,
        "currency": "DKK",
        "access": True,
        "name": "Mr. Anderson",
        "address1": "Torvet 1",
        "address2": "2. sal",
        "paymentTermId": 1,
        "creditMaximum": 1250.5,
        "recipientPeppol": "0184:29403473",
        "objectVersion": "v1",
    }
