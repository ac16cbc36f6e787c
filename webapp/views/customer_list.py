"""One page of the register: what was searched for, how it is sorted, and the state of each customer on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from peewee import JOIN

from webapp.models import search as index
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.place import Place
from webapp.sync.narrowing import filter_counts

PAGE = 50
LONGEST_SEARCH = 100
COLUMNS: dict[str, tuple[Any, ...]] = {
    "number": (Customer.number,),
    "name": (Customer.sort_key,),
    "cvr": (Customer.cvr,),
    "city": (Customer.city, Customer.postcode),
    "state": (Place.state, Customer.sort_key),
}


@dataclass(frozen=True)
class Listing:
    """What the register shows. `states` holds the state mark of each customer, by id; empty without a connection."""

    customers: list[Customer]
    states: dict[int, str]
    search: str
    sort: str
    page: int
    found: int
    total: int
    connection: Connection | None
    waiting: int

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.customers) - 1

    @property
    def is_active(self) -> bool:
        return self.connection is not None and self.connection.is_active

    def sorted_by(self, column: str) -> str:
        """For `aria-sort`: ascending, descending or ''."""
        return {column: "ascending", f"-{column}": "descending"}.get(self.sort, "")

    def address(self, *, page: int = 1, sort: str = "") -> str:
        """The same list at another page, or sorted by a column; by the same column once more turns it round."""
        wanted = f"-{sort}" if sort and self.sort == sort else sort or self.sort
        shown = {
            "q": self.search or None,
            "sort": None if wanted == "name" else wanted,
            "page": None if page == 1 else page,
        }
        return url_for("customers.index", **shown)  # type: ignore[arg-type]


def read(company: Company, asked: Mapping[str, str]) -> Listing:
    """Look the page up; an address that cannot be understood is refused with a sentence."""
    search, sort, page = search_of(asked), _sort(asked.get("sort", "")), _page(asked.get("page", ""))
    connection = Connection.open_of(company)
    active = connection if connection is not None and connection.is_active else None
    total = Customer.of(company).count()
    held = index.held(Customer, search) if search else None
    by_index = index.is_few(held, total)
    found = Customer.searched(company, search, by_index=by_index).count() if search else total
    page = max(1, min(page, -(-found // PAGE)))
    query = Customer.searched(company, search, by_index=by_index and held * found < page * PAGE * total)
    customers = _fetched(_sorted(query, sort, active).limit(PAGE).offset((page - 1) * PAGE))
    states = _states(active, customers) if active else {}
    return Listing(customers, states, search, sort, page, found, total, connection, _waiting(active))


def search_of(asked: Mapping[str, str]) -> str:
    """What is searched for; too much is refused with a sentence."""
    text = re.sub(r"[\x00-\x1f\s]+", " ", asked.get("q", "")).strip()
    if len(text) > LONGEST_SEARCH:
        abort(400, _("Søgningen er for lang. Brug højst %(limit)s tegn.", limit=LONGEST_SEARCH))
    return text


def _sort(text: str) -> str:
    if text and text.removeprefix("-") not in COLUMNS:
        abort(400, _("Listen kan ikke sorteres sådan."))
    return text or "name"


def _page(text: str) -> int:
    if text and not re.fullmatch("[1-9][0-9]{0,6}", text):
        abort(400, _("Siden findes ikke: sidetallet skal være et helt tal fra 1."))
    return int(text or 1)


def _sorted(query: Any, sort: str, active: Connection | None) -> Any:
    """In the order asked for, and by id where that leaves a choice."""
    column = sort.removeprefix("-")
    if column == "state":
        place = (Place.customer == Customer.id) & (Place.connection == (active.id if active else 0))
        query = query.join(Place, JOIN.LEFT_OUTER, on=place)
    keys = (*COLUMNS[column], Customer.id)
    return query.order_by(*(key.desc() if sort.startswith("-") else key for key in keys))


def _fetched(query: Any) -> list[Customer]:
    """The page's customers in the query's order. Sorting ids alone is what keeps far pages of a long list quick."""
    ids = [row.id for row in query.select(Customer.id)]
    rows = {customer.id: customer for customer in Customer.select().where(Customer.id.in_(ids))}
    return [rows[customer_id] for customer_id in ids if customer_id in rows]


def _states(connection: Connection, customers: list[Customer]) -> dict[int, str]:
    ids = [customer.id for customer in customers]
    query = Place.select(Place.customer, Place.state).where(Place.connection == connection, Place.customer.in_(ids))
    return {row.customer_id: row.state for row in query if row.customer_id}


def _waiting(active: Connection | None) -> int:
    """How many need a person, counted as the window's own filters count: the new ones as customers of either side."""
    counted = filter_counts(active) if active else {}
    return counted["answer"] + counted["new"] if counted else 0
