"""e-conomic's calls that the app uses, one method each, with typed records in and out.

Updates go through the newer customers service, which refuses a stale version; everything else, and `replace` as the
fallback, through the legacy API. Every method may raise any error of `errors`; every write takes a key drawn before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from typing import TypeVar
from urllib.parse import quote

from webapp import ports
from webapp.economic.answer import Answer
from webapp.economic.errors import Garbled, Missing, Refused, Withheld
from webapp.economic.limits import Service, faults_in
from webapp.economic.reading import (
    Collection,
    agreement_from,
    collection_from,
    customer_from,
    reference_from,
    whole,
)
from webapp.economic.records import Agreement, Created, Customer, Deleted, Page, Reference, Replaced, Updated
from webapp.economic.transport import Transport

__all__ = ["Client", "Created", "Deleted", "Replaced", "Updated"]

_OPENAPI_CUSTOMERS = "/customersapi/v3.1.0/Customers"
_MOST_IN_LIST = 200
_MOST_PAGES = 1000
_PAGE_SIZE = 1000
PROOF_SECONDS = 600.0
_NOWHERE = "nothing that is e-conomic's at this address, so nothing is known about the record"
T = TypeVar("T")


class Client:
    """e-conomic as one grant sees it."""

    def __init__(
        self, transport: Transport, agreement: int | None = None, may_write: Callable[[], bool] = lambda: True
    ) -> None:
        """`agreement`: the number of the only agreement whose word is to be taken. `may_write` is asked before each
        call that is not a GET; what it forbids raises Withheld and is not sent."""
        self.transport = transport
        self._agreement = agreement
        self._may_write = may_write
        self._proven: dict[Service, float] = {}

    def agreement(self) -> Agreement:
        """Which agreement the grant opens, and in whose name."""
        return self._get("/self", agreement_from)

    def currencies(self) -> tuple[Reference, ...]:
        return self._references("/currencies", "code")

    def customer_groups(self) -> tuple[Reference, ...]:
        return self._references("/customer-groups", "customerGroupNumber")

    def payment_terms(self) -> tuple[Reference, ...]:
        return self._references("/payment-terms", "paymentTermsNumber")

    def vat_zones(self) -> tuple[Reference, ...]:
        return self._references("/vat-zones", "vatZoneNumber")

    def units(self) -> tuple[Reference, ...]:
        return self._references("/units", "unitNumber")

    def layouts(self) -> tuple[Reference, ...]:
        return self._references("/layouts", "layoutNumber")

    def customers(
        self, after: int = 0, changed_since: str | None = None, page_size: int = _PAGE_SIZE
    ) -> Iterator[Page]:
        """All customers above `after` in ascending number, page by page; resume with the last number seen.

        Each page asks for numbers above the one before, so a customer that is there throughout is neither missed nor
        doubled, whatever is created or deleted meanwhile. A page that does not add up raises Garbled.
        `changed_since` is a time as e-conomic writes it; its resolution is one second, so ask with an overlap.
        """
        since = f"$and:lastUpdated$gte:{changed_since}" if changed_since else ""
        while True:
            found = self._collection(f"customerNumber$gt:{after}{since}", "customerNumber", page_size)
            with _reading():
                page = _checked_page(found, after, page_size)
            yield page
            if page.last:
                return
            after = page.customers[-1].number

    def count(self) -> int:
        """How many customers there are."""
        return self._collection("", "", 1).results

    def customer(self, number: int) -> Customer:
        """From the newer service, with the version that `update` needs."""
        path = f"{_OPENAPI_CUSTOMERS}/{number}"
        return self._get(path, lambda json: whole(customer_from(json, "openapi", number)), "openapi")

    def legacy_customer(self, number: int) -> Customer:
        return self._get(f"/customers/{number}", lambda json: whole(customer_from(json, "legacy", number)))

    def exists(self, number: int) -> bool:
        """False only when e-conomic itself says there is no such customer; anything unclear raises."""
        try:
            self.legacy_customer(number)
        except Missing:
            return False
        return True

    def taken(self, numbers: Iterable[int]) -> set[int]:
        """Which of these customer numbers are in use."""
        asked = sorted(set(numbers))
        found: set[int] = set()
        for start in range(0, len(asked), _MOST_IN_LIST):
            some = asked[start : start + _MOST_IN_LIST]
            listed = ",".join(str(number) for number in some)
            page = self._collection(f"customerNumber$in:[{listed}]", "customerNumber", _PAGE_SIZE)
            with _reading():
                found |= _checked_numbers(page, some)
        return found

    def highest_number(self) -> int:
        """The highest customer number in use, 0 when there is none."""
        page = self._collection("", "-customerNumber", 1)
        with _reading():
            if len(page.rows) != min(1, page.results):
                raise Garbled("a list whose rows and count disagree")
            return customer_from(page.rows[0], "legacy").number if page.rows else 0

    def create(self, body: Mapping[str, object], key: str) -> Created:
        """Look at the answer's own number: a number left out of the body is given by e-conomic."""
        _refuse_gaps(body, "legacy")
        answer = self._call("POST", "/customers", "legacy", dict(body), key)
        return Created(_written(answer.json, "legacy"), answer.from_cache)

    def update(self, body: Mapping[str, object], number: int, key: str) -> Updated:
        """Write what was read, objectVersion included, with changes laid over it; StaleVersion when it moved since."""
        if not body.get("objectVersion"):
            raise ValueError("an update needs the objectVersion that was read")
        _refuse_gaps(body, "openapi")
        path = f"{_OPENAPI_CUSTOMERS}/{number}"
        answer = self._call("PUT", path, "openapi", dict(body), key)
        told = isinstance(answer.json, Mapping) and "objectVersion" in answer.json and "name" in answer.json
        return Updated(_written(answer.json, "openapi", number) if told else None, answer.from_cache)

    def replace(self, number: int, body: Mapping[str, object], key: str) -> Replaced:
        """The fallback without a version: an edit made there since the read is lost, and a free number is created."""
        _refuse_gaps(body, "legacy")
        answer = self._call("PUT", f"/customers/{number}", "legacy", dict(body), key)
        return Replaced(_written(answer.json, "legacy"), answer.status == 201, answer.from_cache)

    def delete(self, number: int, key: str) -> Deleted:
        """Missing when there is no such customer any more."""
        answer = self._call("DELETE", f"/customers/{number}", "legacy", key=key)
        return Deleted(answer.from_cache)

    def has_children(self, number: int) -> bool:
        """Somebody has given the customer contacts or delivery locations, which go when it is deleted."""
        parts = (f"/customers/{number}/{part}?pagesize=1" for part in ("contacts", "delivery-locations"))
        return any(self._get(part, collection_from).results for part in parts)

    def prove(self, service: Service) -> None:
        """See by the shape of an answer that the address is e-conomic's, and its tokens the right agreement's.

        To a mis-typed address e-conomic answers as to a missing record. Raises Garbled when the address proves wrong.
        """
        if ports.monotonic() < self._proven.get(service, 0.0):
            return
        probe = "/self" if service == "legacy" else f"{_OPENAPI_CUSTOMERS}/count"
        try:
            said = self.transport.request("GET", probe, service=service).json
        except Missing as missing:
            raise Garbled(_NOWHERE, status=missing.status) from missing
        number = agreement_from(said).number if service == "legacy" else self._agreement
        if self._agreement not in (None, number):
            raise Garbled(f"an answer for agreement {number} instead of {self._agreement}")
        if service == "openapi" and (not isinstance(said, int) or isinstance(said, bool)):
            raise Garbled(_NOWHERE)
        self._proven[service] = ports.monotonic() + PROOF_SECONDS

    def _call(self, method: str, path: str, service: Service, json: object = None, key: str | None = None) -> Answer:
        """The call; its 404 counts only from an address that was seen to be the right one."""
        if method != "GET" and not self._may_write():
            raise Withheld(f"{method} {path} while nothing may be written")
        try:
            return self.transport.request(method, path, service=service, json=json, key=key)
        except Missing:
            try:
                self.prove(service)
            except Garbled as doubt:
                doubt.method = method
                raise
            raise

    def _get(self, path: str, read: Callable[[object], T], service: Service = "legacy") -> T:
        answer = self._call("GET", path, service)
        with _reading():
            return read(answer.json)

    def _collection(self, condition: str, sort: str, page_size: int) -> Collection:
        asked = {"filter": condition, "sort": sort, "pagesize": str(page_size)}
        query = "&".join(f"{name}={quote(value, safe='$:,')}" for name, value in asked.items() if value)
        return self._get(f"/customers?{query}", collection_from)

    def _references(self, path: str, key: str) -> tuple[Reference, ...]:
        """The whole list, every page of it: a count that does not add up raises Garbled."""
        link: str | None = f"{path}?pagesize={_PAGE_SIZE}"
        found: dict[str, Reference] = {}
        for _ in range(_MOST_PAGES):
            if link is None:
                break
            page, known = self._get(link, collection_from), len(found)
            with _reading():
                found |= {entry.key: entry for entry in (reference_from(row, key) for row in page.rows)}
                if page.next_page and len(found) == known:
                    raise Garbled("a list whose next page leads round in a circle")
            link = page.next_page
        with _reading():
            if link is not None or len(found) != page.results:
                raise Garbled(f"a list of {len(found)} entries that speaks of {page.results}")
        return tuple(found.values())


@contextmanager
def _reading() -> Iterator[None]:
    """Mark a garbled answer as one to a GET, which can never have changed anything."""
    try:
        yield
    except Garbled as fault:
        fault.method = "GET"
        raise


def _checked_numbers(found: Collection, asked: list[int]) -> set[int]:
    numbers = {customer_from(row, "legacy").number for row in found.rows}
    if not numbers <= set(asked) or not len(numbers) == len(found.rows) == found.results:
        raise Garbled("an answer about other customers than those asked about")
    return numbers


def _checked_page(found: Collection, after: int, page_size: int) -> Page:
    """A page counts only if its rows follow `after` in order and are as many as its own numbers say."""
    customers = tuple(customer_from(row, "legacy") for row in found.rows)
    numbers = [after, *(customer.number for customer in customers)]
    if any(one >= other for one, other in pairwise(numbers)):
        raise Garbled("customers out of order, or not those asked for")
    if len(customers) != min(found.results, page_size, found.page_size or page_size):
        raise Garbled(f"a page of {len(customers)} customers that speaks of {found.results}")
    return Page(customers, total=found.results, last=found.results == len(customers))


def _refuse_gaps(body: Mapping[str, object], service: Service) -> None:
    """The last gate before a write: an empty required field or a null never leaves the house."""
    gaps = tuple(fault for fault in faults_in(body, service, only=()) if fault.code in ("missing", "null"))
    if gaps:
        raise Refused("not sent: a required field is empty", fields=gaps)


def _written(json: object, service: Service, number: int | None = None) -> Customer:
    """The customer in a write's answer; a shape we cannot read leaves the write unclear."""
    return whole(customer_from(json, service, number))
