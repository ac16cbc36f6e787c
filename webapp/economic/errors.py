"""What can go wrong with e-conomic: a small tree that says whether waiting helps and whether a write may have happened.

EconomicError
├── Withheld              a write that never left the house: the connection may only read
├── TemporaryError        waiting helps
│   ├── Unreachable       no answer: refused, cut, timed out (`sent`: the request may have arrived)
│   ├── RateLimited       429, with their `wait` in seconds if they gave one
│   ├── ServerFault       5xx
│   └── Garbled           an answer that is not e-conomic's: truncated, not JSON, another shape, a strange 404
└── PermanentError        repeating the same call never helps
    ├── Refused           400, with the `fields` it concerns
    │   └── NumberTaken   the customer number is in use
    ├── Missing           404 in e-conomic's own shape: the record does not exist
    ├── StaleVersion      409: changed by somebody else since it was read
    ├── GrantWithdrawn    401: the tokens open nothing any more
    ├── Forbidden         403: a role, a right or a module is missing
    └── Unsupported       405, 415 and every other 4xx
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from webapp.economic.answer import NotJson, header, read_json, storable, wait_in
from webapp.economic.complaints import FieldFault, complaints_in

__all__ = [
    "KINDS", "EconomicError", "FieldFault", "Forbidden", "Garbled", "GrantWithdrawn", "Missing", "NumberTaken",
    "PermanentError", "RateLimited", "Refused", "ServerFault", "StaleVersion", "TemporaryError", "Unreachable",
    "Unsupported", "Withheld", "fault_from",
]  # fmt: skip


class EconomicError(Exception):
    """Base of all. `message` is e-conomic's own text for the operator; decide on `kind` and `code`, never on it."""

    kind: ClassVar[str] = "fault"
    temporary: ClassVar[bool] = False
    doubtful: ClassVar[bool] = False

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        code: str | None = None,
        log_id: str | None = None,
        wait: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.log_id = log_id
        self.wait = wait
        self.method: str | None = None
        self.from_cache = False

    @property
    def unclear(self) -> bool:
        """A write may have taken effect. Never true of a GET."""
        return self.doubtful and self.method != "GET"

    def __str__(self) -> str:
        log = f"({self.log_id})" if self.log_id else ""
        return " ".join(part for part in (self.kind, str(self.status or ""), self.code, self.message, log) if part)


class Withheld(EconomicError):
    kind = "withheld"


class TemporaryError(EconomicError):
    temporary = True


class Unreachable(TemporaryError):
    kind = "unreachable"

    def __init__(self, message: str = "", *, sent: bool, status: int | None = None) -> None:
        super().__init__(message, status=status)
        self.sent = sent

    @property
    def unclear(self) -> bool:
        return self.sent and self.method != "GET"


class RateLimited(TemporaryError):
    kind = "rate_limited"


class ServerFault(TemporaryError):
    kind = "server_fault"
    doubtful = True


class Garbled(TemporaryError):
    kind = "garbled"
    doubtful = True


class PermanentError(EconomicError):
    pass


class Refused(PermanentError):
    kind = "refused"

    def __init__(self, message: str = "", *, fields: tuple[FieldFault, ...] = (), **rest: Any) -> None:
        super().__init__(message, **rest)
        self.fields = fields


class NumberTaken(Refused):
    kind = "number_taken"


class Missing(PermanentError):
    kind = "missing"


class StaleVersion(PermanentError):
    kind = "stale_version"


class GrantWithdrawn(PermanentError):
    kind = "grant_withdrawn"


class Forbidden(PermanentError):
    kind = "forbidden"


class Unsupported(PermanentError):
    kind = "unsupported"


KINDS = (
    Unreachable, RateLimited, ServerFault, Garbled,
    Refused, NumberTaken, Missing, StaleVersion, GrantWithdrawn, Forbidden, Unsupported,
)  # fmt: skip

_TAKEN = frozenset({"E06010", "CustomerAlreadyExists"})
_NOT_A_PAIR = "E02250"
_PLAIN: Mapping[int, type[EconomicError]] = {401: GrantWithdrawn, 403: Forbidden, 409: StaleVersion, 429: RateLimited}


def fault_from(
    status: int, headers: Mapping[str, str], body: object = b"", *, now: datetime | None = None
) -> EconomicError:
    """The error that an answer of 300 or more means. `body` is its bytes, or the JSON already read.

    `now` serves a Retry-After date when the answer has no Date header of its own.
    """
    said = _read(body)
    fields = complaints_in(said)
    code = _text(said, "errorCode")
    about: dict[str, Any] = {
        "status": status,
        "code": code,
        "log_id": _text(said, "logId") or _text(said, "traceId"),
        "wait": wait_in(headers, now),
    }
    message = _message(said)
    codes = {code, *(fault.code for fault in fields)}
    if status < 500 and _NOT_A_PAIR in codes:
        return GrantWithdrawn(message, **about | {"code": _NOT_A_PAIR})
    if status in (400, 409, 422):
        if taken := sorted(_TAKEN & codes):
            return NumberTaken(message, fields=fields, **about | {"code": taken[0]})
        if status != 409:
            return Refused(message, fields=fields, **about)
    if status in (401, 403) and "html" in header(headers, "content-type"):
        return Garbled(_STRANGE_REFUSAL, **about)
    if status == 404:
        return Missing(message, **about) if _own_404(said, headers) else Garbled(_STRANGE_404, **about)
    if status == 408:
        return Unreachable(message or "request time-out", sent=True, status=status)
    if status < 400:
        return Garbled(f"an answer with status {status}, which is never followed", **about)
    kind = ServerFault if status >= 500 else _PLAIN.get(status, Unsupported)
    return kind(message, **about)


_STRANGE_REFUSAL = "a page in answer to a call: something on the way refused it, not e-conomic"
_STRANGE_404 = "a 404 that is not in e-conomic's own shape, so nothing is known about the record"


def _read(body: object) -> object:
    if not isinstance(body, bytes | str):
        return body
    try:
        return read_json(body.encode() if isinstance(body, str) else body)
    except NotJson:
        return None


def _own_404(said: object, headers: Mapping[str, str]) -> bool:
    """Whether e-conomic itself says so: the legacy shape or problem+json, not some proxy's page."""
    declared = next((value for name, value in headers.items() if name.lower() == "content-type"), "json")
    if not isinstance(said, Mapping) or "json" not in declared.lower():
        return False
    if said.get("httpStatusCode") == 404:
        return bool(_text(said, "message") and _text(said, "logId"))
    return bool(said.get("status") == 404 and _text(said, "title") and _text(said, "traceId"))


def _text(said: object, key: str) -> str | None:
    value = said.get(key) if isinstance(said, Mapping) else None
    return storable(value[:200]) or None if isinstance(value, str) else None


def _message(said: object) -> str:
    """Their own words, short enough for a log line."""
    if isinstance(said, str):
        return storable(said[:500])
    parts = [_text(said, "message") or _text(said, "title"), _text(said, "detail"), _text(said, "developerHint")]
    return " ".join(part for part in parts if part)[:500]
