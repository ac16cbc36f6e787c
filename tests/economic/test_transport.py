"""One call on the wire: what is sent and where, what is repeated, and how it ends."""

import gzip
import json
from contextlib import nullcontext
from ssl import SSLCertVerificationError
from typing import Any

import pytest
import requests
import responses
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, ProtocolError, SSLError

from tests.economic.wire import CUSTOMERS, LEGACY, NEWER, OPENAPI, Clock
from webapp import ports
from webapp.economic import errors
from webapp.economic.records import Budget
from webapp.economic.transport import Transport

REFUSED = requests.ConnectionError(
    MaxRetryError(None, "/", NewConnectionError(None, "refused"))  # type: ignore[arg-type]
)
NO_NAME = requests.ConnectionError(
    MaxRetryError(None, "/", NameResolutionError("x", None, OSError()))  # type: ignore[arg-type]
)
BAD_CERTIFICATE = requests.exceptions.SSLError(
    MaxRetryError(None, "/", SSLError(SSLCertVerificationError("expired")))  # type: ignore[arg-type]
)
CUT = requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError()))


def _get(transport: Transport, path: str = "/customers") -> Any:
    return transport.request("GET", path, service="legacy").json


@responses.activate
def test_a_call_carries_both_tokens_and_the_key(transport: Transport) -> None:
    responses.post(CUSTOMERS, json={"ok": 1}, status=201)
    transport.request("POST", "/customers", service="legacy", json={"name": "Ø"}, key="k1")

    sent = responses.calls[0].request
    assert sent.headers["X-AppSecretToken"] == "secret"
    assert sent.headers["X-AgreementGrantToken"] == "grant"
    assert sent.headers["Idempotency-Key"] == "k1"
    assert sent.headers["Content-Type"] == "application/json"
    assert json.loads(sent.body or b"") == {"name": "Ø"}


@responses.activate
def test_a_get_carries_neither_key_nor_body(transport: Transport) -> None:
    responses.get(CUSTOMERS, json={})
    _get(transport)

    assert "Idempotency-Key" not in responses.calls[0].request.headers
    assert responses.calls[0].request.body is None


@responses.activate
def test_each_service_has_its_own_host(transport: Transport) -> None:
    responses.get(f"{NEWER}/7", json={"n": 7})

    assert transport.request("GET", "/customersapi/v3.1.0/Customers/7", service="openapi").json == {"n": 7}


@responses.activate
def test_a_base_may_have_a_path(clock: Clock) -> None:
    transport = Transport(legacy="http://127.0.0.1:8001/rest/", openapi=OPENAPI, app_secret="s", grant_token="g")
    responses.get("http://127.0.0.1:8001/rest/self", json={"ok": 1})

    assert _get(transport, "/self") == {"ok": 1}
    assert _get(transport, "http://127.0.0.1:8001/rest/self") == {"ok": 1}


@responses.activate
def test_a_link_to_our_own_host_is_followed_with_its_query(transport: Transport) -> None:
    responses.get(f"{LEGACY}/units?skippages=1", json={"ok": 1})

    assert _get(transport, f"{LEGACY}:443/units?skippages=1") == {"ok": 1}


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/customers",
        "http://restapi.e-conomic.com/customers",
        "https://restapi.e-conomic.com.evil.example/customers",
        "https://restapi.e-conomic.com@evil.example/customers",
        "https://user:pass@restapi.e-conomic.com/customers",
        "https://restapi.e-conomic.com:8443/customers",
        "https://restapi.e-conomic.com:port/customers",
        "https://restapi.e-conomic.com\\@evil.example/customers",
        "https://[evil/customers",
        "https://restapi.e-conomic.com/../x",
        "//evil.example/customers#",
        "ftp://restapi.e-conomic.com/customers",
        "customers",
        "",
    ],
)
@responses.activate
def test_a_link_to_anywhere_else_is_never_called(transport: Transport, link: str) -> None:
    responses.get(f"{LEGACY}//evil.example/customers", json={})
    if link.startswith("//"):
        _get(transport, link)
        assert str(responses.calls[0].request.url).startswith(LEGACY)
        return
    with pytest.raises(errors.Garbled):
        _get(transport, link)

    assert len(responses.calls) == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@responses.activate
def test_a_redirect_is_never_followed(transport: Transport, status: int) -> None:
    responses.get(CUSTOMERS, status=status, headers={"Location": "https://evil.example/"})
    with pytest.raises(errors.Garbled):
        _get(transport)

    assert len(responses.calls) == 1


@responses.activate
def test_nothing_leaves_while_a_transaction_is_open(transport: Transport) -> None:
    responses.get(CUSTOMERS, json={})
    with ports.network_forbidden(), pytest.raises(RuntimeError):
        _get(transport)

    assert len(responses.calls) == 0


@responses.activate
def test_an_empty_answer_is_no_json(transport: Transport) -> None:
    responses.delete(f"{CUSTOMERS}/7", status=204)

    answer = transport.request("DELETE", "/customers/7", service="legacy", key="k")
    assert (answer.status, answer.json, answer.from_cache) == (204, None, False)


@responses.activate
def test_a_replayed_answer_says_so(transport: Transport) -> None:
    responses.post(CUSTOMERS, json={}, status=201, headers={"X-ResultFromCache": "true"})

    assert transport.request("POST", "/customers", service="legacy", json={}, key="k").from_cache


@responses.activate
def test_a_replayed_refusal_says_so(transport: Transport) -> None:
    responses.post(CUSTOMERS, json={}, status=400, headers={"X-ResultFromCache": "true"})
    with pytest.raises(errors.Refused) as caught:
        transport.request("POST", "/customers", service="legacy", json={}, key="k")

    assert caught.value.from_cache


@responses.activate
def test_a_packed_answer_is_unpacked(transport: Transport) -> None:
    responses.get(
        CUSTOMERS, gzip.compress(b'{"a": 1}'), content_type="application/json", headers={"Content-Encoding": "gzip"}
    )

    assert _get(transport) == {"a": 1}


class _Told:
    """A pace that lets every call pass and writes down what it is told."""

    def __init__(self, broken: Exception | None = None) -> None:
        self.broken = broken
        self.told: list[tuple[Budget | None, str]] = []

    def before(self) -> None:
        if self.broken:
            raise self.broken

    def after(self, budget: Budget | None, fault: errors.EconomicError | None) -> None:
        self.told.append((budget, fault.kind if fault else ""))
        if self.broken:
            raise self.broken


def _paced(pace: _Told) -> Transport:
    return Transport(legacy=LEGACY, openapi=OPENAPI, app_secret="s", grant_token="g", pace=pace)


@pytest.mark.parametrize(("status", "kind"), [(200, ""), (429, "rate_limited"), (500, "server_fault")])
@responses.activate
def test_the_budget_is_told_after_every_answer(clock: Clock, status: int, kind: str) -> None:
    pace = _Told()
    headers = {"X-RateLimiting": "token-limit-10000-per-60-seconds: 147/10000", "X-CallCost": "3"}
    responses.delete(f"{CUSTOMERS}/1", json={}, status=status, headers=headers)
    with pytest.raises(errors.EconomicError) if status != 200 else nullcontext():
        _paced(pace).request("DELETE", "/customers/1", service="legacy")

    assert pace.told == [(Budget(used=147, limit=10000, window=60.0, cost=3), kind)]


@responses.activate
def test_a_budget_that_cannot_be_noted_spoils_no_answer(clock: Clock) -> None:
    responses.get(CUSTOMERS, json={}, headers={"X-RateLimiting": "token-limit-9-per-60-seconds: 1/9"})

    assert _get(_paced(_Told(OSError("the database is away")))) == {}


@responses.activate
def test_a_call_whose_turn_it_is_not_is_not_made(clock: Clock) -> None:
    transport = _paced(_Told(errors.RateLimited("not yet", wait=60)))
    with pytest.raises(errors.RateLimited):
        transport.request("DELETE", "/customers/1", service="legacy")

    assert not responses.calls


@pytest.mark.parametrize(
    ("broken", "sent"),
    [
        (REFUSED, False),
        (NO_NAME, False),
        (BAD_CERTIFICATE, False),
        (requests.ConnectTimeout(), False),
        (CUT, True),
        (requests.ReadTimeout(), True),
    ],
)
@responses.activate
def test_a_broken_line_tells_whether_the_request_went_out(transport: Transport, broken: Exception, sent: bool) -> None:
    responses.post(CUSTOMERS, body=broken)
    with pytest.raises(errors.Unreachable) as caught:
        transport.request("POST", "/customers", service="legacy", json={}, key="k")

    assert (caught.value.sent, caught.value.unclear) == (sent, sent)


@pytest.mark.parametrize("again", [{"body": REFUSED}, {"status": 500}, {"status": 429}, {"status": 503}])
@responses.activate
def test_a_get_is_tried_again_after_a_small_wait(transport: Transport, clock: Clock, again: dict[str, Any]) -> None:
    responses.get(CUSTOMERS, **again)
    responses.get(CUSTOMERS, json={"ok": 1})

    assert _get(transport) == {"ok": 1}
    assert clock.waits == [0.25]


@pytest.mark.parametrize("once", [{"body": CUT}, {"status": 404}, {"status": 401}, {"body": "{"}])
@responses.activate
def test_other_failures_of_a_get_are_told_at_once(transport: Transport, clock: Clock, once: dict[str, Any]) -> None:
    responses.get(CUSTOMERS, **once)
    with pytest.raises(errors.EconomicError):
        _get(transport)

    assert (len(responses.calls), clock.waits) == (1, [])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("broken", [{"body": REFUSED}, {"status": 500}, {"status": 429}])
@responses.activate
def test_a_write_is_never_repeated(transport: Transport, method: str, broken: dict[str, Any]) -> None:
    responses.add(method, CUSTOMERS, **broken)
    with pytest.raises(errors.TemporaryError):
        transport.request(method, "/customers", service="legacy", json={}, key="k")

    assert len(responses.calls) == 1


@responses.activate
def test_tries_come_to_an_end(transport: Transport, clock: Clock) -> None:
    responses.get(CUSTOMERS, status=503)
    with pytest.raises(errors.ServerFault):
        _get(transport)

    assert (len(responses.calls), clock.waits) == (3, [0.25, 0.5])


@responses.activate
def test_a_short_retry_after_is_waited(transport: Transport, clock: Clock) -> None:
    clock.chance = 0.0
    responses.get(CUSTOMERS, status=429, headers={"Retry-After": "2"})
    responses.get(CUSTOMERS, json={})
    _get(transport)

    assert clock.waits == [2.0]


@responses.activate
def test_a_long_retry_after_is_handed_to_the_caller(transport: Transport, clock: Clock) -> None:
    responses.get(CUSTOMERS, status=429, headers={"Retry-After": "30"})
    with pytest.raises(errors.RateLimited) as caught:
        _get(transport)

    assert (caught.value.wait, clock.waits) == (30.0, [])


@responses.activate
def test_waits_never_outlast_the_total_time(transport: Transport, clock: Clock) -> None:
    clock.ticks = 20.0
    responses.get(CUSTOMERS, status=500)
    with pytest.raises(errors.ServerFault):
        _get(transport)

    assert len(responses.calls) == 2


@responses.activate
def test_an_answer_that_drips_beyond_the_total_time_is_given_up(transport: Transport, clock: Clock) -> None:
    clock.ticks = 40.0
    responses.get(CUSTOMERS, json={"a": 1})
    with pytest.raises(errors.Unreachable) as caught:
        _get(transport)

    assert caught.value.sent


@pytest.mark.parametrize("token", ["line\r\nbreak", "smørrebrød€"])
def test_a_token_that_cannot_be_sent_opens_nothing(clock: Clock, token: str) -> None:
    transport = Transport(legacy="http://127.0.0.1:1", openapi=OPENAPI, app_secret="s", grant_token=token)

    with pytest.raises(errors.GrantWithdrawn):
        _get(transport)


@responses.activate
def test_a_token_is_in_no_error(transport: Transport) -> None:
    responses.get(CUSTOMERS, body=REFUSED)
    with pytest.raises(errors.Unreachable) as caught:
        _get(transport)

    assert "secret" not in repr(caught.value) + str(caught.value)
