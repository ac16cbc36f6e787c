"""Our mirror of what e-conomic last said of each customer: theirs."""

from __future__ import annotations

import json
from typing import Any, Self

from peewee import ForeignKeyField, IntegerField, TextField

from webapp import ports
from webapp.db import UTCField, for_update
from webapp.models.base import Party
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.search import with_words


class Mirror(Party):
    """One customer in e-conomic. The id is ours; the number is an attribute, for numbers move and are used again."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    number = IntegerField()
    version = IntegerField(default=1)
    raw_json = TextField(column_name="raw", default="{}")
    last_updated = TextField(default="")
    created_at = UTCField(default=ports.now)
    updated_at = UTCField(default=ports.now)
    gone_at = UTCField(null=True)

    @classmethod
    def of(cls, connection: Connection) -> Any:
        """Customers that e-conomic holds now, as a query."""
        return cls.select().where(cls.connection == connection, cls.gone_at.is_null())

    @classmethod
    def with_number(cls, connection: Connection, number: int) -> Self | None:
        found: Self | None = cls.of(connection).where(cls.number == number).first()
        return found

    @classmethod
    def found(cls, company: Company, mirror_id: int) -> Self | None:
        """The mirror row with this id if it is the company's, also a gone one."""
        found: Self | None = cls.get_or_none(cls.company == company, cls.id == mirror_id)
        return found

    @classmethod
    def locked_of(cls, connection: Connection, mirror_id: int) -> Self | None:
        found: Self | None = for_update(cls.select().where(cls.connection == connection, cls.id == mirror_id)).first()
        return found

    @classmethod
    def searched(cls, connection: Connection, text: str) -> Any:
        """Customers there that hold every word of the text somewhere."""
        return with_words(cls.of(connection), cls.search, text)

    @property
    def record(self) -> dict[str, Any]:
        """Everything e-conomic said of the customer, fields we do not know included."""
        return dict(json.loads(self.raw_json))

    @property
    def label(self) -> str:
        return f"{self.name} ({self.number})"
