"""CleanManager's customer register: ours."""

from __future__ import annotations

from collections.abc import Collection
from itertools import count
from typing import Any, Self

from peewee import ForeignKeyField, IntegerField, TextField, fn

from webapp import ports
from webapp.db import UTCField, for_update
from webapp.economic.limits import HIGHEST_NUMBER
from webapp.models import search
from webapp.models.base import Party
from webapp.models.company import Company
from webapp.models.search import with_words
from webapp.models.user import User


def lowest_free(used: Collection[int]) -> int:
    return next(number for number in count(1) if number not in used)


class Customer(Party):
    """One customer of a company. Deleted softly: ids are never used again, numbers may be."""

    company_id: int
    company = ForeignKeyField(Company)
    number = IntegerField()
    version = IntegerField(default=1)
    created_at = UTCField(default=ports.now)
    updated_at = UTCField(default=ports.now)
    deleted_at = UTCField(null=True)
    deleted_by_id: int | None
    deleted_by = ForeignKeyField(User, null=True)
    form_hash = TextField(null=True)

    @classmethod
    def of(cls, company: Company) -> Any:
        """The company's living customers, as a query."""
        return cls.select().where(cls.company == company, cls.deleted_at.is_null())

    @classmethod
    def found(cls, company: Company, customer_id: int, *, deleted: bool = False) -> Self | None:
        """The customer with this id if it is the company's; deleted ones only when asked for."""
        query = cls.select().where(cls.company == company, cls.id == customer_id)
        result: Self | None = (query if deleted else query.where(cls.deleted_at.is_null())).first()
        return result

    @classmethod
    def locked_of(cls, company: Company, customer_id: int) -> Self | None:
        """The same, deleted ones too, locked until the transaction ends."""
        found: Self | None = for_update(cls.select().where(cls.company == company, cls.id == customer_id)).first()
        return found

    @classmethod
    def with_number(cls, company: Company, number: int) -> Self | None:
        found: Self | None = cls.of(company).where(cls.number == number).first()
        return found

    @classmethod
    def made_by(cls, company: Company, form_hash: str | None) -> Self | None:
        """The customer that this form has made, also if it was deleted since."""
        return cls.get_or_none(cls.company == company, cls.form_hash == form_hash) if form_hash else None

    @classmethod
    def next_number(cls, company: Company) -> int:
        """The number after the highest one in use; the lowest free one when that is used up."""
        highest = cls.of(company).select(fn.MAX(cls.number)).scalar() or 0
        if highest < HIGHEST_NUMBER:
            return int(highest) + 1
        return lowest_free({row[0] for row in cls.of(company).select(cls.number).tuples()})

    @classmethod
    def searched(cls, company: Company, text: str, *, by_index: bool = False) -> Any:
        """Living customers that hold every word of the text; `by_index`, or one by one."""
        own = search.own(cls.company, company.id, in_order=not by_index)
        query = with_words(cls.select().where(own, cls.deleted_at.is_null()), cls.search, text)
        return query.where(search.by_index(cls, text)) if by_index else query

    @property
    def label(self) -> str:
        return f"{self.name} ({self.number})"
