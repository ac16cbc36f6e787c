"""Exclusions: a person said "Ingen synkronisering" of a customer on either side."""

from __future__ import annotations

from typing import Self

from peewee import ForeignKeyField, TextField

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.user import User


class Exclusion(Row):
    """Who left which customer alone, and when it ended."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    customer_id: int | None
    customer = ForeignKeyField(Customer, null=True)
    mirror_id: int | None
    mirror = ForeignKeyField(Mirror, null=True)
    created_at = UTCField(default=ports.now)
    created_by_id: int | None
    created_by = ForeignKeyField(User, null=True)
    reason = TextField(default="")
    ended_at = UTCField(null=True)
    ended_by_id: int | None
    ended_by = ForeignKeyField(User, null=True, column_name="ended_by_id")

    @classmethod
    def of(cls, connection: Connection, party: Customer | Mirror) -> Self | None:
        """The exclusion in force for this customer, on whichever side it stands."""
        column = cls.customer if isinstance(party, Customer) else cls.mirror
        found: Self | None = cls.get_or_none(cls.connection == connection, column == party, cls.ended_at.is_null())
        return found

    @classmethod
    def in_force(cls, connection: Connection, customer_id: int | None, mirror_id: int | None) -> Self | None:
        """The same by the id of the customer, of ours or else of theirs."""
        mine = cls.customer == customer_id if customer_id else cls.mirror == mirror_id
        found: Self | None = cls.get_or_none(cls.connection == connection, mine, cls.ended_at.is_null())
        return found

    @classmethod
    def of_either(cls, connection: Connection, customer_id: int | None, mirror_id: int | None) -> list[Self]:
        """What is in force for the one or the other; None is nobody."""
        ours, theirs = cls.customer.in_([customer_id or 0]), cls.mirror.in_([mirror_id or 0])
        return list(cls.select().where(cls.connection == connection, ours | theirs, cls.ended_at.is_null()))

    @classmethod
    def by_party(cls, connection: Connection) -> dict[tuple[str, int | None], int]:
        """(side, customer's id) -> what is in force for it."""
        in_force = cls.select().where(cls.connection == connection, cls.ended_at.is_null())
        return {("ours", one.customer_id) if one.customer_id else ("theirs", one.mirror_id): one.id for one in in_force}

    @classmethod
    def end_of(cls, connection: Connection, customer: Customer, mirror: Mirror, by: User | None) -> None:
        """End what is in force for either of the two: they become a pair."""
        cls.update(ended_at=ports.now(), ended_by=by).where(
            cls.connection == connection, (cls.customer == customer) | (cls.mirror == mirror), cls.ended_at.is_null()
        ).execute()

    def end(self, by: User | None) -> None:
        self.ended_at, self.ended_by = ports.now(), by
        self.save()

    def renew(self) -> Self:
        """Let an ended one hold again, as it was said at the time; that it had ended stays on record."""
        said = {"company": self.company_id, "connection": self.connection_id, "reason": self.reason}
        said |= {"customer": self.customer_id, "mirror": self.mirror_id}
        renewed: Self = type(self).create(**said, created_by=self.created_by_id, created_at=self.created_at)
        return renewed
