"""The inbox: each call to a webhook address as it came, kept until a look has been asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from peewee import ForeignKeyField, IntegerField, TextField, fn

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection

NEW, DONE, PARKED = "new", "done", "parked"
EVIDENCE_DAYS = 30


class Inbox(Row):
    """One webhook call: raw, then the numbers read from it."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    received_at = UTCField(default=ports.now)
    query = TextField(default="")
    content_type = TextField(default="")
    body = TextField(default="")
    old_number = IntegerField(null=True)
    new_number = IntegerField(null=True)
    state = TextField(default=NEW)
    reason = TextField(default="")
    handled_at = UTCField(null=True)

    @classmethod
    def renumberings(cls, connection: Connection, old: int) -> Any:
        """Calls that told of `old` becoming another number lately, newest first: evidence, never truth."""
        since = ports.now() - timedelta(days=EVIDENCE_DAYS)
        return (
            cls.select()
            .where(cls.connection == connection, cls.old_number == old, cls.new_number.is_null(False))
            .where(cls.new_number != old, cls.received_at >= since)
            .order_by(cls.id.desc())
        )

    @classmethod
    def newest(cls) -> int:
        """The number of the last call of anybody's, 0 when there is none. Numbers tell the order also where clocks were
        set."""
        return int(cls.select(fn.MAX(cls.id)).scalar() or 0)

    @classmethod
    def tells_of(cls, connection: Connection, number: int, after: int) -> bool:
        """Whether a call later than this one named this number: somebody had it, for however short a time."""
        named = (cls.old_number == number) | (cls.new_number == number)
        return bool(cls.select().where(cls.connection == connection, named, cls.id > after).exists())
