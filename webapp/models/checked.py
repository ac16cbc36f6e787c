"""What the last health check found, kept by page so that one can be turned without looking at the registers again."""

from __future__ import annotations

import json
from typing import Any, Self

from peewee import ForeignKeyField, IntegerField, TextField, fn

from webapp.models.base import Row
from webapp.models.company import Company

FORGOTTEN = ""
"""Stands where a check was forgotten, so that one which had read the registers before is not kept after all."""


class Checked(Row):
    """One health check of a company. `stamp`: what its registers were like; it says nothing of any other state."""

    company_id: int
    company = ForeignKeyField(Company)
    stamp = TextField()
    checked = IntegerField()
    odd = IntegerField()
    counts_json = TextField(column_name="counts")

    @classmethod
    def of(cls, company: Company, stamp: str) -> Self | None:
        found: Self | None = cls.get_or_none(cls.company == company, cls.stamp == stamp)
        return found

    @classmethod
    def last(cls, company: Company) -> Self | None:
        """The one that is kept, of whatever state of the registers."""
        return cls.get_or_none(cls.company == company, cls.stamp != FORGOTTEN)

    @classmethod
    def turn(cls, company: Company) -> int:
        """A higher number after each check that was kept, and after each time that all was forgotten."""
        return int(cls.select(fn.MAX(cls.id)).where(cls.company == company).scalar() or 0)

    @classmethod
    def forget(cls, company: Company) -> None:
        """Keep nothing of what was found, nor of what is being looked for now; in the caller's transaction."""
        company.take_turns()
        for table in (CheckedPage, cls):
            table.delete().where(table.company == company).execute()
        cls.create(company=company, stamp=FORGOTTEN, checked=0, odd=0, counts_json="{}")

    @property
    def counts(self) -> dict[str, list[int]]:
        """Cause -> how many findings, and how many customers they are about."""
        return dict(json.loads(self.counts_json))


class CheckedPage(Row):
    """Some findings of one cause, written as they are shown."""

    company_id: int
    company = ForeignKeyField(Company)
    stamp = TextField()
    cause = TextField()
    page = IntegerField()
    findings_json = TextField(column_name="findings")

    @classmethod
    def of(cls, company: Company, stamp: str, cause: str) -> Any:
        own = cls.select().where(cls.company == company, cls.stamp == stamp, cls.cause == cause)
        return own.order_by(cls.page)
