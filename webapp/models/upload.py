"""Files that somebody has sent: kept here and nowhere else, until they are loaded or put away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from peewee import BlobField, ForeignKeyField, TextField, fn

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.run import Run
from webapp.models.user import User

FORGOTTEN_AFTER = timedelta(days=1)
BYTES_A_LINE = 60


class Upload(Row):
    """One file as it was sent; `run`: the plan that was made of it; `fault`: why none could be."""

    company_id: int
    company = ForeignKeyField(Company)
    name = TextField()
    content: Any = BlobField()
    created_at = UTCField(default=ports.now)
    created_by_id: int | None
    created_by = ForeignKeyField(User, null=True)
    run_id: int | None
    run = ForeignKeyField(Run, null=True)
    fault = TextField(default="")

    @classmethod
    def keep(cls, company: Company, name: str, content: bytes, by: User | None) -> Self:
        """Keep a new one; those that nobody has gone on with since yesterday go."""
        cls.delete().where(cls.company == company, cls.created_at < ports.now() - FORGOTTEN_AFTER).execute()
        made: Self = cls.create(company=company, name=name, content=content, created_by=by)
        return made

    @classmethod
    def found(cls, company: Company, upload_id: int) -> Self | None:
        return cls.get_or_none(cls.company == company, cls.id == upload_id)

    @classmethod
    def forget(cls, run: Run) -> None:
        """The plan that was made of it is carried out, or put away."""
        cls.delete().where(cls.company == run.company_id, cls.run == run).execute()

    @classmethod
    def lines(cls, company: Company, upload_id: int) -> int:
        """About how many customers it holds, without reading it."""
        size = cls.select(fn.LENGTH(cls.content)).where(cls.company == company, cls.id == upload_id).scalar()
        return int(size or 0) // BYTES_A_LINE

    @property
    def sent(self) -> bytes:
        return bytes(self.content)
