"""A 404 says that a record is gone only where the address has proved to be e-conomic's, for the right agreement."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import responses

from tests.economic.wire import CUSTOMERS, LEGACY, MISSING, NEWER, NEWER_MISSING, Clock, proven
from webapp.economic import errors
from webapp.economic.client import PROOF_SECONDS, Client
from webapp.economic.transport import Transport

CALLS: dict[str, Callable[[Client], Any]] = {
    "exists": lambda client: client.exists(7),
    "customer": lambda client: client.customer(7),
    "count": lambda client: client.count(),
    "create": lambda client: client.create(BODY, "k"),
    "update": lambda client: client.update(NEWER_BODY, 7, "k"),
    "replace": lambda client: client.replace(7, BODY, "k"),
    "delete": lambda client: client.delete(7, "k"),
}
BODY = {
    "name": "Ny",
    "currency": "DKK",
    "customerGroup": {"customerGroupNumber": 1},
    "paymentTerms": {"paymentTermsNumber": 1},
    "vatZone": {"vatZoneNumber": 1},
}
NEWER_BODY = {
    "name": "Ny", "currency": "DKK", "customerGroupNumber": 1, "paymentTermId": 1, "zone": 1, "objectVersion": "1",
}  # fmt: skip


def _everything_is_missing() -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        responses.add(method, re.compile(f"{LEGACY}/.*"), json=MISSING, status=404)
        responses.add(method, re.compile(f"{NEWER}/.*"), json=NEWER_MISSING, status=404)


@pytest.mark.parametrize("call", CALLS)
@responses.activate
def test_nothing_is_believed_where_everything_is_missing(client: Client, call: str) -> None:
    _everything_is_missing()
    with pytest.raises(errors.Garbled) as caught:
        CALLS[call](client)

    assert caught.value.unclear == (call in ("create", "update", "replace", "delete"))


@responses.activate
def test_another_agreements_404_is_not_believed(transport: Transport) -> None:
    proven()
    responses.get(f"{CUSTOMERS}/7", json=MISSING, status=404)

    with pytest.raises(errors.Garbled, match="1118081 instead of 1482210"):
        Client(transport, 1482210).exists(7)


@pytest.mark.parametrize("said", [{}, [], "3", None, True])
@responses.activate
def test_the_newer_service_proves_itself_by_a_count(client: Client, said: Any) -> None:
    responses.get(f"{NEWER}/count", json=said)
    responses.get(f"{NEWER}/7", json=NEWER_MISSING, status=404)

    with pytest.raises(errors.Garbled):
        client.customer(7)


@responses.activate
def test_a_proof_that_cannot_be_had_leaves_it_unknown(client: Client) -> None:
    responses.get(f"{LEGACY}/self", json={}, status=503)
    responses.get(f"{CUSTOMERS}/7", json=MISSING, status=404)

    with pytest.raises(errors.ServerFault):
        client.exists(7)


@responses.activate
def test_a_proof_holds_for_a_while(client: Client, clock: Clock) -> None:
    proven()
    responses.get(f"{CUSTOMERS}/7", json=MISSING, status=404)
    for _ in range(3):
        assert not client.exists(7)
    asked = [call.request.path_url for call in responses.calls]  # type: ignore[attr-defined]
    clock.seconds += PROOF_SECONDS
    client.exists(7)

    assert (asked.count("/self"), len(responses.calls)) == (1, 6)
