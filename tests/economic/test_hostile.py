"""Answers that nobody would send in good faith: each ends as a classed error, and no token goes astray."""

import contextlib
import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug import Request, Response

from tests.economic.wire import CUSTOMERS, LEGACY, OPENAPI, Clock, numbered, page
from tests.wsgi import WSGIAdapter
from webapp import ports
from webapp.economic import errors
from webapp.economic.client import Client
from webapp.economic.transport import Transport


class _Liar:
    """A service that answers whatever it was told to."""

    def __init__(self) -> None:
        self.answer = Response()
        self.hosts: set[str] = set()

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        self.hosts.add(Request(environ).host)
        return self.answer(environ, start)


@pytest.fixture
def liar() -> _Liar:
    return _Liar()


@pytest.fixture
def lied_to(liar: _Liar) -> Iterator[Client]:
    session = requests.Session()
    for prefix in ("http://", "https://"):
        session.mount(prefix, WSGIAdapter(liar))
    with ports.using(Clock().ports(session=lambda: session)):
        yield Client(Transport(legacy=LEGACY, openapi=OPENAPI, app_secret="s", grant_token="g", max_body=100_000))


def _json(body: bytes, **headers: str) -> Response:
    return Response(body, content_type="application/json", headers=headers)


def _broken_off() -> Iterator[bytes]:
    yield b'{"agreementNumber": 1, '
    raise ConnectionError("cut")


def _short() -> Response:
    answer = _json(b'{"agreementNumber": 1}')
    answer.automatically_set_content_length = False
    answer.headers["Content-Length"] = "9999"
    return answer


NASTY = {
    "truncated": lambda: _json(b'{"agreementNumber": 1, "compa'),
    "shorter than announced": _short,
    "cut in the middle": lambda: Response(_broken_off(), content_type="application/json"),
    "empty": lambda: _json(b""),
    "a page of html": lambda: Response("<h1>Maintenance</h1>", content_type="text/html"),
    "json called html": lambda: Response(b'{"agreementNumber": 1}', content_type="text/html"),
    "not a number": lambda: _json(b'{"agreementNumber": 1, "x": NaN}'),
    "infinity": lambda: _json(b'{"agreementNumber": 1, "x": -Infinity}'),
    "a number beyond all bounds": lambda: _json(b'{"agreementNumber": 1, "x": 1e999}'),
    "a number of ten thousand digits": lambda: _json(b'{"agreementNumber": ' + b"1" * 10_000 + b"}"),
    "a bottomless list": lambda: _json(b"[" * 90_000),
    "a bottomless record": lambda: _json(b'{"a":' * 15_000 + b"1" + b"}" * 15_000),
    "half a character": lambda: _json(b'{"agreementNumber": 1, "userName": "\\ud83d"}'),
    "latin-1": lambda: _json('{"agreementNumber": 1, "userName": "Ø"}'.encode("latin-1")),
    "utf-16": lambda: _json('{"agreementNumber": 1}'.encode("utf-16")),
    "two records": lambda: _json(b'{"agreementNumber": 1}{"agreementNumber": 2}'),
    "huge": lambda: _json(b'{"agreementNumber": 1, "x": "' + b"x" * 200_000 + b'"}'),
    "a bomb": lambda: _json(gzip.compress(b" " * 50_000_000), **{"Content-Encoding": "gzip"}),
    "no gzip though it says so": lambda: _json(b'{"agreementNumber": 1}', **{"Content-Encoding": "gzip"}),
    "half a gzip": lambda: _json(gzip.compress(b'{"agreementNumber": 1}')[:-12], **{"Content-Encoding": "gzip"}),
    "an agreement without a number": lambda: _json(b'{"agreementNumber": null}'),
    "a list": lambda: _json(b"[1]"),
}


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_answer_is_garbled(liar: _Liar, lied_to: Client, name: str) -> None:
    liar.answer = NASTY[name]()

    with pytest.raises(errors.Garbled):
        lied_to.agreement()


def test_an_emoji_in_two_escaped_halves_is_whole(liar: _Liar, lied_to: Client) -> None:
    liar.answer = _json(b'{"agreementNumber": 1, "userName": "\\ud83d\\ude00"}')

    assert lied_to.agreement().user_name == "😀"


def test_a_refusal_that_breaks_off_is_still_a_refusal(liar: _Liar, lied_to: Client) -> None:
    liar.answer = Response(_broken_off(), status=401, content_type="application/json")

    with pytest.raises(errors.GrantWithdrawn):
        lied_to.agreement()


def test_a_404_that_breaks_off_is_unknown(liar: _Liar, lied_to: Client) -> None:
    liar.answer = Response(_broken_off(), status=404, content_type="application/json")

    with pytest.raises(errors.Garbled):
        lied_to.exists(1)


@pytest.mark.parametrize("link", ["https://evil.example/units", "http://restapi.e-conomic.com/units", "//evil.example"])
def test_no_token_goes_to_another_host_by_a_link(liar: _Liar, lied_to: Client, link: str) -> None:
    liar.answer = _json(json.dumps(page([{"unitNumber": 1}], 2, nextPage=link)).encode())
    with pytest.raises(errors.Garbled):
        lied_to.units()

    assert liar.hosts == {"restapi.e-conomic.com"}


def test_no_token_goes_to_another_host_by_a_redirect(liar: _Liar, lied_to: Client) -> None:
    liar.answer = Response(status=302, headers={"Location": "https://evil.example/"})
    with pytest.raises(errors.Garbled):
        lied_to.agreement()

    assert liar.hosts == {"restapi.e-conomic.com"}


def test_of_a_redirect_no_more_is_read_than_of_any_answer(liar: _Liar, lied_to: Client) -> None:
    read = []

    def endless() -> Iterator[bytes]:
        for part in range(2_000):
            read.append(part)
            yield b"x" * 65_536

    liar.answer = Response(endless(), status=302, headers={"Location": "https://evil.example/"})
    with pytest.raises(errors.Garbled):
        lied_to.agreement()

    assert len(read) < 10


def test_a_line_cut_before_the_answer_is_unreachable(liar: _Liar, lied_to: Client) -> None:
    def cut(environ: Any, start: Any) -> Any:
        raise ConnectionError("cut")

    liar.answer = cut  # type: ignore[assignment]
    with pytest.raises(errors.Unreachable) as caught:
        lied_to.delete(1, "k")

    assert caught.value.unclear


CALLS = {
    "agreement": lambda client: client.agreement(),
    "units": lambda client: client.units(),
    "customers": lambda client: list(client.customers()),
    "customer": lambda client: client.customer(1),
    "taken": lambda client: client.taken([1]),
    "exists": lambda client: client.exists(1),
    "delete": lambda client: client.delete(1, "k"),
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("aæ0😀", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["collection", "pagination", "results", "errors", "message", "customerNumber", "self"]),
            inner,
            max_size=4,
        )
    ),
)
bodies = st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode())
kinds = st.sampled_from(["application/json", "application/problem+json; charset=utf-8", "text/html", "", ";"])
statuses = st.sampled_from([200, 201, 204, 206, 301, 304, 400, 401, 403, 404, 405, 409, 415, 422, 429, 500, 503, 599])


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(call=st.sampled_from(sorted(CALLS)), status=statuses, body=bodies, kind=kinds)
def test_any_answer_is_a_record_or_a_classed_error(
    liar: _Liar, lied_to: Client, call: str, status: int, body: bytes, kind: str
) -> None:
    liar.answer = Response(body, status=status, content_type=kind, headers={"Retry-After": "x", "X-CallCost": "-"})
    with contextlib.suppress(*errors.KINDS):
        CALLS[call](lied_to)


@responses.activate
def test_a_page_of_strangers_leads_nowhere(client: Client) -> None:
    responses.get(CUSTOMERS, json=page(numbered(5), nextPage="https://evil.example/customers"))

    assert [found.last for found in client.customers()] == [True]
