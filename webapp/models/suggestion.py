"""Suggestions: who might be whose partner, as last computed, and the pairs that a person called "not the same"."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Self

from peewee import BooleanField, ForeignKeyField, IntegerField, TextField

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.user import User
from webapp.sync.findings import Doubt, Evidence

BEST = 0
Pair = tuple[int, int]
"""The ids of a customer of ours and of one of theirs."""


class Suggestion(Row):
    """Two that are probably the same. Rank 0: each is the other's best; others are the customer's next, in order.

    Always to be had anew from the two registers, so never the only copy of anything.
    """

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    customer_id: int
    customer = ForeignKeyField(Customer)
    mirror_id: int
    mirror = ForeignKeyField(Mirror)
    rank = IntegerField()
    sure = BooleanField(default=False)
    evidence_json = TextField(column_name="evidence", default="[]")

    @classmethod
    def of(cls, connection: Connection) -> Any:
        return cls.select().where(cls.connection == connection)

    @classmethod
    def best_of(cls, connection: Connection, party: Customer | Mirror) -> Self | None:
        """The suggestion in which this customer is somebody's best, and that one its own."""
        column = cls.customer if isinstance(party, Customer) else cls.mirror
        found: Self | None = cls.get_or_none(cls.connection == connection, column == party.id, cls.rank == BEST)
        return found

    @classmethod
    def around(cls, connection: Connection, customer_ids: Iterable[int], mirror_ids: Iterable[int]) -> list[Self]:
        """Every suggestion in which one of these stands, the best first."""
        mine = cls.customer.in_(list(customer_ids)) | cls.mirror.in_(list(mirror_ids))
        return list(cls.of(connection).where(mine).order_by(cls.rank, cls.id))

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(Evidence(kind, field, supports) for kind, field, supports in self._told["evidence"])

    @property
    def doubt(self) -> Doubt | None:
        """Why it is not sure; None also where an earlier version computed it."""
        kind, *fields = self._told["doubt"] or ("",)
        return Doubt(kind, tuple(fields)) if kind else None

    @property
    def _told(self) -> dict[str, Any]:
        stored = json.loads(self.evidence_json)
        return stored if isinstance(stored, dict) else {"evidence": stored, "doubt": None}


def written(evidence: Iterable[Evidence], doubt: Doubt | None) -> str:
    """Evidence and doubt as they are stored."""
    told = [[one.kind, one.field, one.supports] for one in evidence]
    return json.dumps(
        {"evidence": told, "doubt": [doubt.kind, *doubt.fields] if doubt else None}, separators=(",", ":")
    )


class NotSame(Row):
    """A person said "Ikke den samme" of these two; who and when, and when it was taken back."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    customer_id: int
    customer = ForeignKeyField(Customer)
    mirror_id: int
    mirror = ForeignKeyField(Mirror)
    created_at = UTCField(default=ports.now)
    created_by_id: int | None
    created_by = ForeignKeyField(User, null=True)
    ended_at = UTCField(null=True)
    ended_by_id: int | None
    ended_by = ForeignKeyField(User, null=True, column_name="ended_by_id")

    @classmethod
    def pairs(cls, connection: Connection) -> set[Pair]:
        """The pairs that are kept apart now."""
        living: Any = cls.select(cls.customer, cls.mirror).where(cls.connection == connection, cls.ended_at.is_null())
        return set(living.tuples())

    @classmethod
    def between(cls, connection: Connection, customer_id: int, mirror_id: int) -> Self | None:
        found: Self | None = cls.get_or_none(
            cls.connection == connection, cls.customer == customer_id, cls.mirror == mirror_id, cls.ended_at.is_null()
        )
        return found

    @classmethod
    def end_of(cls, connection: Connection, customer_id: int, mirror_id: int, by: User | None) -> None:
        """They are the same after all, a person says: by taking it back, or by pairing them."""
        cls.update(ended_at=ports.now(), ended_by=by).where(
            cls.connection == connection, cls.customer == customer_id, cls.mirror == mirror_id, cls.ended_at.is_null()
        ).execute()
