"""One HTTP call to e-conomic: where it may go, how long and how big it may get, and what it means when it fails."""

from __future__ import annotations

import json as json_text
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ssl import SSLCertVerificationError
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NameResolutionError, NewConnectionError

from webapp import ports
from webapp.economic.answer import Answer, Budget, NotJson, budget_in, header, read_json
from webapp.economic.deadline import answer_within, bounded
from webapp.economic.errors import (
    EconomicError,
    Garbled,
    GrantWithdrawn,
    RateLimited,
    ServerFault,
    TemporaryError,
    Unreachable,
    fault_from,
)
from webapp.economic.limits import Service

TRIES = 3
LONGEST_PAUSE = 5.0
_FIRST_PAUSE = 0.5
_CHUNK = 65_536
_NEVER_SENT = (
    NewConnectionError,
    ConnectTimeoutError,
    NameResolutionError,
    SSLCertVerificationError,
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
)

log = logging.getLogger(__name__)


class Pace(Protocol):
    """Who says when a call may be made. Both are advice: what they raise, but for `before`'s EconomicError, is logged.

    `before` may wait, or raise RateLimited; `after` is told what every answer says of the budget, and its fault.
    """

    def before(self) -> None: ...

    def after(self, budget: Budget | None, fault: EconomicError | None) -> None: ...


class Transport:
    """Calls with one grant. Safe to share between threads: each has a session of its own.

    It repeats GETs only, and only when nothing was sent, on 5xx and on 429, within `TRIES` and `LONGEST_PAUSE`; longer
    waits are raised with `.wait` for the caller to plan. A write is never repeated here.
    """

    def __init__(
        self,
        *,
        legacy: str,
        openapi: str,
        app_secret: str,
        grant_token: str,
        pace: Pace | None = None,
        connect_timeout: float = 5,
        read_timeout: float = 30,
        total_timeout: float = 60,
        max_body: int = 20 * 1024 * 1024,
    ) -> None:
        self._bases: Mapping[Service, str] = {"legacy": legacy.rstrip("/"), "openapi": openapi.rstrip("/")}
        self._tokens = {"X-AppSecretToken": app_secret, "X-AgreementGrantToken": grant_token}
        self._pace = pace
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._total_timeout = total_timeout
        self._max_body = max_body
        self._own = threading.local()

    def close(self) -> None:
        """Let go of this thread's connections."""
        if session := self._own.__dict__.pop("session", None):
            session.close()

    def request(
        self, method: str, url_or_path: str, *, service: Service, json: object = None, key: str | None = None
    ) -> Answer:
        """The answer, when it is 2xx and JSON or empty. Raises EconomicError otherwise."""
        ports.assert_network_allowed()
        url = self._address(url_or_path, service)
        deadline = ports.monotonic() + self._total_timeout
        for attempt in range(TRIES):
            try:
                return self._once(method, url, json, key, deadline)
            except EconomicError as fault:
                fault.method = method
                pause = _pause(fault, attempt)
                if method != "GET" or pause is None or ports.monotonic() + pause >= deadline:
                    raise
            ports.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _address(self, url_or_path: str, service: Service) -> str:
        """Always on the configured host: an absolute address must be ours, and gives only its path and query."""
        base = self._bases[service]
        if url_or_path.startswith("/"):
            return base + url_or_path
        ours, theirs = urlsplit(base), _split(url_or_path)
        inside = theirs.path.startswith(f"{ours.path}/") and ".." not in theirs.path
        if _origin(theirs) != _origin(ours) or not inside:
            raise Garbled("a link that leads away from e-conomic's own address was not followed")
        return f"{ours.scheme}://{ours.netloc}{theirs.path}{'?' if theirs.query else ''}{theirs.query}"

    def _once(self, method: str, url: str, json: object, key: str | None, deadline: float) -> Answer:
        self._await_turn()
        left = max(0.001, deadline - ports.monotonic())
        try:
            with answer_within(left):
                response = self._session().request(
                    method,
                    url,
                    data=None if json is None else json_text.dumps(json, allow_nan=False).encode(),
                    headers=self._headers(key),
                    timeout=(min(self._connect_timeout, left), min(self._read_timeout, left)),
                    allow_redirects=False,
                    stream=True,
                )
        except (UnicodeError, requests.exceptions.InvalidHeader) as wrong:
            raise GrantWithdrawn("a token that cannot even be sent") from wrong
        except requests.RequestException as broken:
            raise Unreachable(_reason(broken), sent=_was_sent(broken)) from broken
        with response:
            return self._judged(response, deadline)

    def _judged(self, response: requests.Response, deadline: float) -> Answer:
        headers = dict(response.headers)
        good = 200 <= response.status_code < 300
        body, failure = b"", None
        try:
            body = self._body(response, deadline)
        except TemporaryError as fault:
            failure = fault
        refusal = None if good else fault_from(response.status_code, headers, body, now=ports.now())
        self._tell(headers, refusal)
        from_cache = header(headers, "X-ResultFromCache").lower() == "true"
        if refusal is not None:
            refusal.from_cache = from_cache
            raise refusal
        if failure is not None:
            failure.status = response.status_code
            raise failure
        return Answer(response.status_code, headers, _json(response.status_code, headers, body), from_cache)

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        """Read as it comes, so that neither a drip nor a bomb outlives its bound."""
        parts: list[bytes] = []
        size = 0
        try:
            while part := response.raw.read1(_CHUNK, decode_content=True):
                parts.append(part)
                size += len(part)
                if size > self._max_body:
                    raise Garbled(f"an answer of more than {self._max_body} bytes")
                if ports.monotonic() > deadline:
                    raise Unreachable("the answer took too long", sent=True)
        except (HTTPError, OSError) as broken:
            raise Garbled(f"the answer broke off after {size} bytes: {_reason(broken)}") from broken
        return b"".join(parts)

    def _headers(self, key: str | None) -> dict[str, str]:
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "Content-Type": "application/json"}
        return headers | self._tokens | ({"Idempotency-Key": key} if key else {})

    def _session(self) -> Any:
        if not hasattr(self._own, "session"):
            self._own.session = bounded(ports.session())
        return self._own.session

    def _await_turn(self) -> None:
        if self._pace is not None:
            with _only_advice():
                self._pace.before()

    def _tell(self, headers: Mapping[str, str], refusal: EconomicError | None) -> None:
        if self._pace is not None:
            with _only_advice():
                self._pace.after(budget_in(headers), refusal)


@contextmanager
def _only_advice() -> Iterator[None]:
    """A write that succeeded must not look failed because its cost could not be noted."""
    try:
        yield
    except EconomicError:
        raise
    except Exception:
        log.exception("the call budget could not be read or noted")


def _json(status: int, headers: Mapping[str, str], body: bytes) -> object:
    if not body:
        return None
    kind = header(headers, "Content-Type").split(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Garbled(f"an answer of type {kind[:80] or 'unknown'} instead of JSON", status=status)
    try:
        return read_json(body)
    except NotJson as wrong:
        raise Garbled(f"an answer that is not JSON: {wrong}", status=status) from wrong


def _pause(fault: EconomicError, attempt: int) -> float | None:
    """How long to wait before the same GET again; None when it is not to be repeated here."""
    unsent = isinstance(fault, Unreachable) and not fault.sent
    if attempt + 1 >= TRIES or not (unsent or isinstance(fault, ServerFault | RateLimited)):
        return None
    jitter: float = ports.random() * _FIRST_PAUSE * 2**attempt
    if fault.wait is None:
        return jitter
    return fault.wait + jitter if fault.wait <= LONGEST_PAUSE else None


def _split(url: str) -> Any:
    try:
        return urlsplit(url)
    except ValueError as wrong:
        raise Garbled("a link that is no address was not followed") from wrong


def _origin(parts: Any) -> tuple[str, str, int | None]:
    """Scheme, the whole authority (so that `ours@theirs` is not ours) and port."""
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    try:
        port = parts.port or standard
    except ValueError as wrong:
        raise Garbled("a link that is no address was not followed") from wrong
    return parts.scheme, parts.netloc.lower().removesuffix(f":{standard}"), port


def _causes(broken: BaseException) -> list[BaseException]:
    """The libraries' nested reasons, outermost first."""
    found: list[BaseException] = []
    cause: object = broken
    while isinstance(cause, BaseException) and len(found) < 20:
        found.append(cause)
        cause = cause.reason if isinstance(cause, MaxRetryError) else next(iter(cause.args), None)
    return found


def _was_sent(broken: BaseException) -> bool:
    """Whether the request may have reached them; in doubt, yes."""
    return not any(isinstance(cause, _NEVER_SENT) for cause in _causes(broken))


def _reason(broken: BaseException) -> str:
    return type(_causes(broken)[-1]).__name__
