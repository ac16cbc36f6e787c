"""A company's rules for the values of new customers there, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from peewee import ForeignKeyField, IntegerField, TextField, fn

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import DEFAULTS, Connection
from webapp.models.user import User
from webapp.sync import defaulting
from webapp.sync.defaulting import Rule


class DefaultRule(Row):
    """One rule, by whom and since when; one that was taken back stays with who and when too."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    position = IntegerField()
    country = TextField(default="")
    ean = TextField(default="")
    party = TextField(default="")
    currency = TextField(default="")
    customer_group = TextField(default="")
    payment_terms = TextField(default="")
    vat_zone = TextField(default="")
    created_at = UTCField(default=ports.now)
    created_by_id: int | None
    created_by = ForeignKeyField(User, null=True)
    ended_at = UTCField(null=True)
    ended_by_id: int | None
    ended_by = ForeignKeyField(User, null=True)

    @classmethod
    def of(cls, connection: Connection) -> Any:
        """The rules in force, the first to be asked first."""
        return cls.select().where(cls.connection == connection, cls.ended_at.is_null()).order_by(cls.position)

    @classmethod
    def found(cls, connection: Connection, rule_id: int) -> Self | None:
        """The rule in force with this id if it is the connection's."""
        found: Self | None = cls.of(connection).where(cls.id == rule_id).first()
        return found

    @classmethod
    def rules(cls, connection: Connection) -> list[Rule]:
        """The same as the deciding code takes them."""
        return [row.rule for row in cls.of(connection)]

    @classmethod
    def filled(cls, connection: Connection, values: Mapping[str, str]) -> dict[str, str]:
        """The values with every gap filled that a rule or a default fills."""
        return defaulting.filled(values, cls.rules(connection), connection.defaults)

    @classmethod
    def next_position(cls, connection: Connection) -> int:
        highest = cls.of(connection).order_by().select(fn.MAX(cls.position)).scalar()
        return int(highest or 0) + 1

    @property
    def rule(self) -> Rule:
        sets = {name: getattr(self, name) for name in DEFAULTS if getattr(self, name)}
        return Rule(self.id, self.country, self.ean, self.party, sets)

    def end(self, by: User | None) -> None:
        self.ended_at, self.ended_by = ports.now(), by
        self.save()
