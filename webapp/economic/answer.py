"""Reads the parts of an HTTP answer that mean something to us: JSON, waits and the call budget."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 3600.0
_RATE = re.compile(r"per-(\d{1,9})-seconds\s*:\s*(\d{1,12})\s*/\s*(\d{1,12})")
_LONE_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class NotJson(ValueError):
    """The bytes are not JSON that can be stored and sent back."""


@dataclass(frozen=True)
class Budget:
    """How much of the agreement's calls is spent: `used` of `limit` within `window` seconds; `cost` of this call."""

    used: int
    limit: int
    window: float
    cost: int


@dataclass(frozen=True)
class Answer:
    """A good answer (2xx). `json` is None without a body; `from_cache` marks the replay of an earlier answer."""

    status: int
    headers: Mapping[str, str]
    json: object
    from_cache: bool = False


def read_json(body: bytes) -> object:
    """Strict JSON: UTF-8, no NaN or infinity, no half characters, no bottomless nesting. Raises NotJson."""
    try:
        value: object = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant, parse_float=_finite)
        if _LONE_HALF.search(body):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as wrong:
        raise NotJson(str(wrong)[:200]) from wrong
    return value


def _no_constant(name: str) -> float:
    raise NotJson(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotJson("a number beyond all bounds")
    return number


def budget_in(headers: Mapping[str, str]) -> Budget | None:
    """From `X-RateLimiting: token-limit-10000-per-60-seconds: 147/10000` and `X-CallCost: 3`."""
    match = _RATE.search(header(headers, "X-RateLimiting"))
    if match is None:
        return None
    cost = header(headers, "X-CallCost").strip()
    spent = int(cost) if re.fullmatch(r"[0-9]{1,9}", cost) else 1
    return Budget(used=int(match[2]), limit=int(match[3]), window=float(match[1]), cost=spent)


def wait_in(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Retry-After in seconds, given as a number or a date, never negative and never beyond LONGEST_WAIT."""
    asked = header(headers, "Retry-After").strip()
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", asked):
        return min(float(asked), LONGEST_WAIT)
    until, since = _moment(asked), _moment(header(headers, "Date")) or now
    if until is None or since is None:
        return None
    return min(max((until - since).total_seconds(), 0.0), LONGEST_WAIT)


def storable(text: str) -> str:
    """Without NUL, which PostgreSQL takes in no text."""
    return text.replace("\0", "")


def header(headers: Mapping[str, str], name: str) -> str:
    """A header whatever its case, '' when absent."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
