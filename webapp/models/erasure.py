"""Whose personal data was erased: when and by whom, and nothing of what it was."""

from __future__ import annotations

from typing import Self

from peewee import ForeignKeyField

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.customer import Customer
from webapp.models.user import User


class Erasure(Row):
    """The stone that is left of one customer."""

    company_id: int
    company = ForeignKeyField(Company)
    customer_id: int
    customer = ForeignKeyField(Customer)
    at = UTCField(default=ports.now)
    by_id: int | None
    by = ForeignKeyField(User, null=True)

    @classmethod
    def of(cls, customer: Customer) -> Self | None:
        return cls.get_or_none(cls.company == customer.company_id, cls.customer == customer)
