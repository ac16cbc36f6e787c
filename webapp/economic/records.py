"""Typed records of what e-conomic says, and the pure functions that turn them into bodies to write.

A body to write is always what was read, with the changed fields laid over it: unknown fields survive, nothing is ever
null, and a cleared field is a key left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from webapp.economic.answer import Budget
from webapp.economic.limits import ADDRESS_LINE, NUMBERS, REQUIRED, TEXTS, Body, Service, at, faults_in, limit

__all__ = [
    "Agreement", "Body", "Budget", "Created", "Customer", "Deleted", "Page", "Reference", "Replaced", "Service",
    "Updated", "address_lines", "faults_in", "limit", "new_body", "overlay", "writable",
]  # fmt: skip

Raw = Mapping[str, object]


@dataclass(frozen=True)
class Customer:
    """One customer as one of the services told it. `version` is openapi's objectVersion, `last_updated` is legacy's."""

    number: int
    raw: Raw
    service: Service
    version: str | None = None
    last_updated: str | None = None

    def text(self, path: str) -> str:
        """The value at a dotted path as text, '' when absent. `address` reads alike from both services."""
        if path == "address":
            return address_text(self.raw, self.service)
        return _as_text(at(self.raw, path))

    @property
    def strange(self) -> tuple[str, ...]:
        """Properties that would seem to be empty: something composed stands where a plain value belongs, or no name."""
        nameless = () if isinstance(self.raw.get("name"), str) else ("name",)
        paths = (*TEXTS[self.service], *REQUIRED[self.service])
        return tuple(dict.fromkeys((*nameless, *(path for path in paths if not _is_plain(self.raw, path)))))


@dataclass(frozen=True)
class Page:
    """Customers in ascending number. `total` counts all that match from this page's first customer to the end."""

    customers: tuple[Customer, ...]
    total: int
    last: bool


@dataclass(frozen=True)
class Reference:
    """One entry of a list that customers point at: a currency, a group, terms of payment, a zone, a unit, a layout."""

    key: str
    name: str
    raw: Raw


@dataclass(frozen=True)
class Agreement:
    """The agreement that a grant opens."""

    number: int
    company_name: str
    user_name: str
    base_currency: str
    raw: Raw


@dataclass(frozen=True)
class Created:
    """`from_cache`: the replay of an earlier answer to the same key, so not necessarily the record as it is now."""

    customer: Customer
    from_cache: bool


@dataclass(frozen=True)
class Updated:
    """`customer` is None when the answer had no body (204): read it again."""

    customer: Customer | None
    from_cache: bool


@dataclass(frozen=True)
class Replaced:
    """`created`: the number was free, so this brought a deleted customer back to life."""

    customer: Customer
    created: bool
    from_cache: bool


@dataclass(frozen=True)
class Deleted:
    from_cache: bool


_READ_ONLY: Mapping[Service, frozenset[str]] = {
    "legacy": frozenset({
        "balance", "dueAmount", "lastUpdated", "contacts", "deliveryLocations", "templates", "totals", "invoices",
        "metaData", "self",
    }),
    "openapi": frozenset({"lastUpdated", "metaData", "self"}),
}  # fmt: skip
_OPENAPI_ONLY = frozenset({"objectVersion", "zone", "paymentTermId", "customerGroupNumber", "access", "address1"})


def writable(customer: Customer) -> Body:
    """All that can be sent back unchanged: without read-only values, links and nulls, with everything else."""
    dropped = _READ_ONLY[customer.service]
    kept = {key: value for key, value in customer.raw.items() if key not in dropped and value is not None}
    return {key: _without_nulls(value) for key, value in kept.items()}


def overlay(body: Mapping[str, object], changes: Mapping[str, str], service: Service | None = None) -> Body:
    """`body` with the changes laid over it; '' leaves the key out, and nothing else moves.

    Paths are of the body's own service (told from its keys when not given); a path it does not know raises ValueError,
    because e-conomic ignores a misspelt field without a word. A text that should be a number and is none stays as it
    is, for `faults_in` to tell.
    """
    spoken: Service = service or ("openapi" if _OPENAPI_ONLY & body.keys() else "legacy")
    result = dict(body)
    for path, value in changes.items():
        if path == "address" and spoken == "openapi":
            result = {key: kept for key, kept in result.items() if key not in ("address1", "address2")}
            result |= address_lines(value)
            continue
        if path not in TEXTS[spoken] and path not in NUMBERS[spoken]:
            raise ValueError(f"{path!r} is no field of a customer in the {spoken} service")
        top, _, below = path.partition(".")
        result.pop(top, None)
        if value:
            typed = _number(value) if path in NUMBERS[spoken] else value
            result[top] = {below: typed} if below else typed
    return result


def new_body(changes: Mapping[str, str], number: int) -> Body:
    """The body that creates a customer under that number (legacy service)."""
    return overlay({"customerNumber": number}, changes, "legacy")


def address_lines(text: str) -> dict[str, str]:
    """openapi's two address fields, split at the first line break that lets both parts fit.

    They are read back joined by a line break, and an empty second one is none: so no other split keeps the text, and
    line breaks at the end stay in the first. Too long a line is for `faults_in`.
    """
    lines = _line_ends(text).split("\n")
    cuts = [cut for cut in range(1, len(lines) + 1) if cut == len(lines) or any(lines[cut:])]
    splits = [("\n".join(lines[:cut]), "\n".join(lines[cut:])) for cut in cuts]
    first, rest = next((pair for pair in splits if max(map(len, pair)) <= ADDRESS_LINE), splits[0])
    return {key: part for key, part in (("address1", first), ("address2", rest)) if part}


def address_text(raw: Raw, service: Service) -> str:
    if service == "legacy":
        return _line_ends(_as_text(raw.get("address")))
    first, second = (_line_ends(_as_text(raw.get(key))) for key in ("address1", "address2"))
    return f"{first}\n{second}" if second else first


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_plain(raw: Raw, path: str) -> bool:
    top, _, below = path.partition(".")
    holds = raw.get(top)
    return not isinstance(at(raw, path), Mapping | list) and (not below or holds is None or isinstance(holds, Mapping))


def _as_text(value: object) -> str:
    """Numbers as they are written, booleans as true and false, anything composed as ''."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else ""


def _number(text: str) -> int | str:
    return int(text) if re.fullmatch(r"\s*[0-9]{1,10}\s*", text, re.ASCII) else text


def _without_nulls(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value
