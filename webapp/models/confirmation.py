"""Who confirmed that a change may go into the books, knowing what it means there."""

from __future__ import annotations

from typing import Any

from peewee import ForeignKeyField, TextField

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.pairing import Pairing
from webapp.models.user import User


class Confirmation(Row):
    """For one field of one pair, from one value there to one of ours; used up when it has been written."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    pairing_id: int
    pairing = ForeignKeyField(Pairing)
    field = TextField()
    before = TextField()
    after = TextField()
    effect = TextField()
    created_at = UTCField(default=ports.now)
    created_by_id: int | None
    created_by = ForeignKeyField(User, null=True)
    used_at = UTCField(null=True)

    @classmethod
    def open_of(cls, pairing: Pairing) -> Any:
        """Those that have not been used yet."""
        return cls.select().where(cls.pairing == pairing, cls.used_at.is_null())

    @classmethod
    def use(cls, pairing: Pairing, names: list[str]) -> None:
        """What they were given for has been written, or is to be asked anew."""
        cls.update(used_at=ports.now()).where(
            cls.pairing == pairing, cls.field.in_(names), cls.used_at.is_null()
        ).execute()
