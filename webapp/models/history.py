"""History: each change of a value or a pairing, with before, after, cause, and who or which run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peewee import ForeignKeyField, IntegerField, TextField

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.user import User

OURS, THEIRS, PAIR = "ours", "theirs", "pair"


class History(Row):
    """One change. `version` is the changed record's version after it; `cause` says which road it came by, `origin`
    which line of which file (`kunder.csv:12`)."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int | None
    connection = ForeignKeyField(Connection, null=True)
    customer_id = IntegerField(null=True)
    mirror_id = IntegerField(null=True)
    pairing_id = IntegerField(null=True)
    run_id = IntegerField(null=True)
    side = TextField()
    field = TextField(default="")
    before = TextField(default="")
    after = TextField(default="")
    cause = TextField()
    origin = TextField(default="")
    by_id: int | None
    by = ForeignKeyField(User, null=True)
    version = IntegerField(default=0)
    at = UTCField(default=ports.now)

    @classmethod
    def note(cls, company: Company | int, side: str, cause: str, **facts: Any) -> None:
        """Write one line of history."""
        cls.create(company=company, side=side, cause=cause, **facts)

    @classmethod
    def note_values(
        cls, company: Company | int, side: str, cause: str, changes: Mapping[str, tuple[str, str]], **facts: Any
    ) -> None:
        """Write a line for each changed field: name -> (before, after)."""
        common = {"company": company, "side": side, "cause": cause, "at": ports.now()} | facts
        lines = [common | {"field": name, "before": old, "after": new} for name, (old, new) in changes.items()]
        if lines:
            cls.insert_many(lines).execute()
