"""One agreement: its customers and their verbs, its grants, its reference records."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from webapp.sandbox import references
from webapp.sandbox.customers import Customers
from webapp.sandbox.fields import REFERENCE
from webapp.sandbox.store import Row, Table

if TYPE_CHECKING:
    from webapp.sandbox.world import Sandbox

HIGHEST_NUMBER = 999_999_999


class Agreement:
    """What belongs to one company in the pretend e-conomic."""

    def __init__(self, sandbox: "Sandbox", number: int) -> None:
        self.sandbox, self.number = sandbox, number
        self.customers = Customers(self.table("customers"), self.table("gone"))

    def table(self, name: str) -> Table:
        """A table of this agreement's own."""
        return self.sandbox.store.table(f"{name}:{self.number}")

    # -- the agreement itself

    @property
    def about(self) -> Row:
        return dict(self.sandbox.agreement_rows[str(self.number)])

    def set(self, **changes: Any) -> None:
        """Change what is known of the agreement itself."""
        self.sandbox.agreement_rows[str(self.number)] = self.about | changes

    @property
    def company_name(self) -> str:
        return str(self.about["companyName"])

    @property
    def language(self) -> str:
        return str(self.about["language"])

    @property
    def customersapi_enabled(self) -> bool:
        return bool(self.about.get("customersapiEnabled", True))

    @customersapi_enabled.setter
    def customersapi_enabled(self, enabled: bool) -> None:
        self.set(customersapiEnabled=enabled)

    # -- customers

    def next_number(self) -> int:
        """The number the server gives: numbers are reused, and the exact rule is a switch."""
        highest = self.customers.highest()
        if self.sandbox.switches.next_number == "highest" and highest < HIGHEST_NUMBER:
            return highest + 1
        return self.customers.lowest_free()

    def add_customer(self, **fields: Any) -> Row:
        """A customer made by an accountant on screen; what is required and left out takes the agreement's defaults."""
        record = self._defaults() | _plain(fields)
        return self.create(record, via="page")

    def create(self, record: Row, *, via: str, key: str | None = None) -> Row:
        """Keep a new customer, log it and tell the webhooks."""
        number = record.get("customerNumber") or self.next_number()
        if number in self.customers:
            raise ValueError(f"customer {number} exists")
        with self.sandbox.store.writing():
            fresh = {"balance": 0.0, "dueAmount": 0.0, "eInvoicingDisabledByDefault": False, **record}
            fresh = self._touched(fresh | {"customerNumber": number})
            self.customers.put(fresh)
            self._log({"number": number, "key": key, "via": via})
            self.sandbox.webhooks.customer_updated(self, None, number)
        return dict(fresh)

    def replace(self, record: Row) -> Row:
        """Keep a changed customer; a write that changes nothing counts only when the switch says so."""
        number = record["customerNumber"]
        old = self.customers[number]
        fresh = {name: value for name, value in record.items() if value is not None}
        if fresh == old and not self.sandbox.switches.unchanged_writes_count:
            return old
        with self.sandbox.store.writing():
            fresh = self._touched(fresh)
            self.customers.put(fresh)
            self.sandbox.webhooks.customer_updated(self, number, number)
        return dict(fresh)

    def edit(self, number: int, **changes: Any) -> Row:
        """An accountant edits: empty or None clears a field."""
        record = self.customers[number]
        for name, value in _plain(changes).items():
            if value not in ("", None):
                record[name] = value
            elif record.get(name) != "":
                # An empty text from old days is as good as none, so clearing it changes nothing.
                record.pop(name, None)
        return self.replace(record)

    def delete(self, number: int) -> None:
        """Take a customer away, with its contacts and delivery locations."""
        if number not in self.customers:
            raise KeyError(number)
        with self.sandbox.store.writing():
            self.customers.remove(number)
            for table in (self.contacts, self.delivery_locations):
                for key, child in list(table.items()):
                    if child["customerNumber"] == number:
                        del table[key]
            self.sandbox.webhooks.customer_updated(self, number, None)

    def renumber(self, old: int, new: int) -> Row:
        """Give a customer another number; its contacts follow."""
        if new in self.customers:
            raise ValueError(f"customer {new} exists")
        with self.sandbox.store.writing():
            record = self._touched(self.customers[old] | {"customerNumber": new})
            self.customers.remove(old)
            self.customers.put(record)
            for table in (self.contacts, self.delivery_locations):
                for key, child in list(table.items()):
                    if child["customerNumber"] == old:
                        table[key] = child | {"customerNumber": new}
            if str(old) in self.used:
                self.used[str(new)] = self.used.pop(str(old))
            self.sandbox.webhooks.customer_updated(self, old, new)
        return dict(record)

    def mark_used(self, number: int) -> None:
        """An invoice points at this customer: it can no longer be deleted."""
        self.used[str(number)] = True

    @property
    def used(self) -> Table:
        return self.table("used")

    @property
    def creations(self) -> list[tuple[int, str | None, str]]:
        """Every creation so far: (number, idempotency key, via)."""
        rows = self.table("creations").values()
        return [(row["number"], row["key"], row["via"]) for row in rows]

    # -- children and reference records

    @property
    def contacts(self) -> Table:
        return self.table("contacts")

    @property
    def delivery_locations(self) -> Table:
        return self.table("delivery-locations")

    def children(self, table: Table, customer: int) -> Iterator[Row]:
        """A customer's contacts or delivery locations, by number."""
        mine = [row for row in table.values() if row["customerNumber"] == customer]
        return iter(sorted(mine, key=lambda row: int(row["number"])))

    def add_contact(self, customer: int, name: str, **fields: Any) -> Row:
        """A contact person of a customer; its number is unique over the whole agreement."""
        return self.add_child(self.contacts, customer, {"name": name, **fields})

    def add_delivery_location(self, customer: int, **fields: Any) -> Row:
        return self.add_child(self.delivery_locations, customer, fields)

    def add_child(self, table: Table, customer: int, fields: Row) -> Row:
        """Keep a new contact or delivery location under the next number."""
        with self.sandbox.store.writing():
            number = max((int(key) for key in table), default=0) + 1
            sort_key = sum(row["customerNumber"] == customer for row in table.values()) + 1
            child = {"number": number, "customerNumber": customer, "sortKey": sort_key} | fields
            table[str(child["number"])] = child | self.stamp()
        return dict(table[str(child["number"])])

    def reference(self, path: str) -> Table:
        """The table behind a reference list such as `units`."""
        return self.table(path)

    def knows(self, path: str, number: int, customer: int | None) -> bool:
        """Is there such a record for a customer to point at?"""
        if path == "price-groups":
            return True
        table = self.table(path)
        row = table.get(str(number))
        return row is not None and (path not in ("contacts", "delivery-locations") or row["customerNumber"] == customer)

    # -- grants and webhooks

    def grant(self, app_public_token: str, user: str = "") -> str:
        """A fresh grant token for the app with this public token."""
        token = self.sandbox.secret("grant")
        self.sandbox.grants[token] = {
            "agreement": self.number,
            "app": self.sandbox.app_by_public(app_public_token)["secret"],
            "user": user,
            "granted": self.sandbox.timestamp(),
        }
        return token

    def revoke(self, token: str) -> None:
        """The token stops working at once."""
        self.sandbox.grants.pop(token, None)

    def grants(self) -> dict[str, Row]:
        """The live grants of this agreement."""
        return {token: row for token, row in self.sandbox.grants.items() if row["agreement"] == self.number}

    @property
    def webhooks(self) -> Table:
        """What is to be called when something changes, by id."""
        return self.table("webhooks")

    def stamp(self) -> Row:
        """The marks of a change made now."""
        return {"lastUpdated": self.sandbox.timestamp(), "objectVersion": self.sandbox.version()}

    def _touched(self, record: Row) -> Row:
        return record | self.stamp()

    def _log(self, row: Row) -> None:
        table = self.table("creations")
        table[str(len(table))] = row

    def _defaults(self) -> Row:
        return references.defaults(self)


def _plain(fields: Row) -> Row:
    """References given as objects become bare numbers."""
    plain = dict(fields)
    for name, value in fields.items():
        if isinstance(value, dict) and name in REFERENCE:
            plain[name] = value[REFERENCE[name].key]
    return plain
