"""Pairings: one customer and one remote customer that are the same party, with the values they last agreed on."""

from __future__ import annotations

import json
from typing import Any, Self

from peewee import BooleanField, ForeignKeyField, IntegerField, TextField

from webapp import ports
from webapp.db import UTCField, for_update
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.history import OURS, THEIRS
from webapp.models.lane import THEIRS as LOOK_THERE
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.user import User
from webapp.sync.plan import Base

CREATING, OPEN, CLOSED = "creating", "open", "closed"


class Pairing(Row):
    """A pair, or while `creating` an intent to make the partner in e-conomic under `new_number`."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    customer_id: int
    customer = ForeignKeyField(Customer)
    mirror_id: Any
    mirror: Any = ForeignKeyField(Mirror, null=True)
    state = TextField(default=OPEN)
    version = IntegerField(default=1)
    base_json = TextField(column_name="base", default="{}")
    party_json = TextField(column_name="party", default="")
    fault_json = TextField(column_name="fault", default="")
    brake_json = TextField(column_name="brake", default="")
    guard_json = TextField(column_name="guard", default="")
    new_number: Any = IntegerField(null=True)
    deleting = BooleanField(default=False)
    created_at = UTCField(default=ports.now)
    created_by_id: int | None
    created_by = ForeignKeyField(User, null=True)
    closed_at = UTCField(null=True)
    closed_by_id: int | None
    closed_by = ForeignKeyField(User, null=True)
    closed_reason = TextField(default="")

    @classmethod
    def living(cls, connection: Connection) -> Any:
        return cls.select().where(cls.connection == connection, cls.state != CLOSED)

    @classmethod
    def found(cls, company: Company, pairing_id: int) -> Self | None:
        """The living pairing with this id if it is the company's."""
        found: Self | None = cls.get_or_none(cls.company == company, cls.id == pairing_id, cls.state != CLOSED)
        return found

    @classmethod
    def locked_of(cls, company: Company, pairing_id: int) -> Self | None:
        """The same, locked until the transaction ends."""
        query = cls.select().where(cls.company == company, cls.id == pairing_id, cls.state != CLOSED)
        found: Self | None = for_update(query).first()
        return found

    @classmethod
    def of_customer(cls, customer: Customer, connection: Connection | None = None) -> Self | None:
        """The customer's in this connection, or in any of its company: the index begins with a connection."""
        theirs = Connection.select(Connection.id).where(Connection.company == customer.company_id)
        own = cls.connection == connection if connection else cls.connection.in_(theirs)
        found: Self | None = cls.select().where(own, cls.customer == customer, cls.state != CLOSED).first()
        return found

    @classmethod
    def of_mirror(cls, mirror: Mirror) -> Self | None:
        own = cls.connection == mirror.connection_id, cls.mirror == mirror
        found: Self | None = cls.select().where(*own, cls.state != CLOSED).first()
        return found

    @classmethod
    def creating_number(cls, connection: Connection, number: int) -> Self | None:
        """The open creation that has reserved this number there."""
        found: Self | None = cls.get_or_none(
            cls.connection == connection, cls.state == CREATING, cls.new_number == number
        )
        return found

    @property
    def base(self) -> Base:
        """Field -> (ours, theirs) when the two were last settled."""
        return {name: (ours, theirs) for name, (ours, theirs) in json.loads(self.base_json).items()}

    @base.setter
    def base(self, value: Base) -> None:
        self.base_json = json.dumps(
            {name: list(pair) for name, pair in value.items()}, ensure_ascii=False, sort_keys=True
        )

    @property
    def party(self) -> tuple[str, str] | None:
        """Theirs' name and CVR number at the last look that found the same party."""
        if not self.party_json:
            return None
        name, cvr = json.loads(self.party_json)
        return name, cvr

    @party.setter
    def party(self, value: tuple[str, str]) -> None:
        self.party_json = json.dumps(value, ensure_ascii=False)

    @property
    def fault(self) -> dict[str, Any]:
        """A permanent fault: kind, text, field, values that were refused. Empty when all is well."""
        return dict(json.loads(self.fault_json)) if self.fault_json else {}

    @fault.setter
    def fault(self, value: dict[str, Any]) -> None:
        self.fault_json = json.dumps(value, ensure_ascii=False) if value else ""

    @property
    def brake(self) -> dict[str, str]:
        """Field that became empty -> the side where it did while that waits for a person, or what was decided."""
        return dict(json.loads(self.brake_json)) if self.brake_json else {}

    @brake.setter
    def brake(self, value: dict[str, str]) -> None:
        self.brake_json = json.dumps(value, sort_keys=True) if value else ""

    @property
    def held(self) -> frozenset[str]:
        """Fields that are emptied on neither side before a person has answered."""
        return frozenset(name for name, what in self.brake.items() if what in (OURS, THEIRS))

    @property
    def guard(self) -> dict[str, dict[str, str]]:
        """Field whose write waits for a person's word -> the value, the effect in the books and its grade."""
        return dict(json.loads(self.guard_json)) if self.guard_json else {}

    @guard.setter
    def guard(self, value: dict[str, dict[str, str]]) -> None:
        self.guard_json = json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""

    def close(self, reason: str, by: User | None = None) -> None:
        """End the pair; both customers stay as they are, and its history is kept."""
        self.state, self.closed_at, self.closed_by, self.closed_reason = CLOSED, ports.now(), by, reason
        self.deleting = False
        self.version += 1
        self.save()
        if self.mirror_id is None:
            self.wait_no_more(self.new_number)

    def wait_no_more(self, number: int) -> None:
        """Whoever was met under the number of an open creation was kept for it: somebody has to look who that is."""
        Lane.wake(self.connection, LOOK_THERE, number)
