"""Turns e-conomic's JSON into records, and calls it garbled when it has another shape than theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.economic.answer import storable
from webapp.economic.errors import Garbled
from webapp.economic.limits import HIGHEST_NUMBER, Service, at
from webapp.economic.records import Agreement, Customer, Raw, Reference


@dataclass(frozen=True)
class Collection:
    """One page of a legacy collection: `results` is what the filter matches in all."""

    rows: tuple[Raw, ...]
    results: int
    page_size: int
    next_page: str | None


def collection_from(json: object) -> Collection:
    record = _mapping(json)
    rows, counts = record.get("collection"), record.get("pagination")
    if not isinstance(rows, list) or not isinstance(counts, Mapping):
        raise Garbled("a list without its collection or pagination")
    link = counts.get("nextPage")
    return Collection(
        rows=tuple(_mapping(row) for row in rows),
        results=_count(counts, "results"),
        page_size=_count(counts, "pageSize"),
        next_page=link if isinstance(link, str) and link else None,
    )


def customer_from(json: object, service: Service, expected: int | None = None) -> Customer:
    """A customer with a possible number (the `expected` one if given) and, from openapi, a version."""
    raw = _mapping(json)
    number = raw.get("customerNumber")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= HIGHEST_NUMBER:
        raise Garbled("a customer without a possible number")
    if expected is not None and number != expected:
        raise Garbled(f"customer {number} came in answer to a question about {expected}")
    version, updated = raw.get("objectVersion"), raw.get("lastUpdated")
    if service == "openapi" and not (isinstance(version, str) and version):
        raise Garbled("a customer without objectVersion")
    if service == "legacy" and version is not None and "self" not in raw:
        raise Garbled("a customer in the other service's words, so most fields would seem to be empty")
    return Customer(
        number=number,
        raw=raw,
        service=service,
        version=version if service == "openapi" and isinstance(version, str) else None,
        last_updated=storable(updated) if isinstance(updated, str) else None,
    )


def whole(customer: Customer) -> Customer:
    """The same customer. Raises Garbled without a name, or with something composed where a plain value belongs: that
    would seem to be empty."""
    if customer.strange:
        raise Garbled(f"a customer whose {', '.join(customer.strange[:5])} is no plain value")
    return customer


def reference_from(row: Raw, key: str) -> Reference:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise Garbled(f"an entry without its {key}")
    name = row.get("name")
    return Reference(key=storable(str(value)), name=storable(name) if isinstance(name, str) else "", raw=row)


def agreement_from(json: object) -> Agreement:
    raw = _mapping(json)
    number = raw.get("agreementNumber")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise Garbled("an agreement without its number")
    texts = [at(raw, path) for path in ("company.name", "userName", "settings.baseCurrency")]
    company, user, currency = (storable(text) if isinstance(text, str) else "" for text in texts)
    return Agreement(number=number, company_name=company, user_name=user, base_currency=currency, raw=raw)


def _mapping(json: object) -> Raw:
    if not isinstance(json, Mapping):
        raise Garbled("something else than a record where a record belongs")
    return json


def _count(counts: Mapping[str, object], key: str) -> int:
    value = counts.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Garbled(f"a list whose {key} is no count")
    return value
