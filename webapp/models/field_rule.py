"""A company's standing rules, per field and for customers as a whole: which way, who wins, who is made where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self, cast

from peewee import ForeignKeyField, TextField

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.user import User
from webapp.sync.fields import NAMES
from webapp.sync.plan import OPEN_TO, Choice, Direction, combined

CUSTOMER, NEW_CUSTOMER = "customer", "new_customer"
"""In place of a field: the rule is about changes of customers as a whole, or about where new ones are made."""
DIRECTION, WINNER = "direction", "winner"
CHOICES: Mapping[str, tuple[str, ...]] = {DIRECTION: ("both", "out", "in", "off"), WINNER: ("ask", "ours", "theirs")}
"""Kind -> its values; the first needs no rule, for it is so by itself."""
OF_CUSTOMERS: Mapping[str, tuple[str, ...]] = {CUSTOMER: ("both", "out", "in"), NEW_CUSTOMER: CHOICES[DIRECTION]}
"""What is ruled for customers as a whole -> the directions that it may have."""


@dataclass(frozen=True)
class Policy:
    """All rules of a connection as the planner takes them."""

    winners: Mapping[str, Choice] = field(default_factory=dict)
    own: Mapping[str, Direction] = field(default_factory=dict)
    """Field -> the direction laid down for it alone."""
    whole: Direction = "both"
    """The direction laid down for customers as a whole: of changes, not of what a new customer gets."""
    not_created: frozenset[str] = frozenset()
    """Sides on which no customer is made."""

    @cached_property
    def directions(self) -> Mapping[str, Direction]:
        """Field -> the direction in force."""
        return {name: combined(self.whole, self.own.get(name, "both")) for name in NAMES}

    def is_closed(self, name: str, side: str) -> bool:
        """No change is written into this field on that side ("ours" or "theirs")."""
        return side not in OPEN_TO[self.directions[name]]

    def is_closed_to_new(self, name: str, side: str) -> bool:
        """Nor does a new customer on that side get the field."""
        return side not in OPEN_TO[self.own.get(name, "both")]


class FieldRule(Row):
    """One rule, by whom and since when; one that was taken back stays with who and when too."""

    company_id: int
    company = ForeignKeyField(Company)
    connection_id: int
    connection = ForeignKeyField(Connection)
    field = TextField()
    kind = TextField()
    value = TextField()
    created_at = UTCField(default=ports.now)
    created_by_id: int | None
    created_by = ForeignKeyField(User, null=True)
    ended_at = UTCField(null=True)
    ended_by_id: int | None
    ended_by = ForeignKeyField(User, null=True)

    @classmethod
    def of(cls, connection: Connection | int) -> Any:
        """The rules in force."""
        return cls.select().where(cls.connection == connection, cls.ended_at.is_null()).order_by(cls.id)

    @classmethod
    def found(cls, connection: Connection, rule_id: int) -> Self | None:
        """The connection's rule with this id, also one that was taken back."""
        found: Self | None = cls.get_or_none(cls.connection == connection, cls.id == rule_id)
        return found

    @classmethod
    def policy(cls, connection: Connection | int) -> Policy:
        """The rules in force as they are now."""
        rules: dict[str, dict[str, str]] = {DIRECTION: {}, WINNER: {}}
        for name, kind, value in cls.of(connection).select(cls.field, cls.kind, cls.value).tuples():
            rules[kind][name] = value
        own = cast(dict[str, Direction], rules[DIRECTION])
        whole, new = own.pop(CUSTOMER, "both"), own.pop(NEW_CUSTOMER, "both")
        return Policy(cast(Mapping[str, Choice], rules[WINNER]), own, whole, OPEN_TO["both"] - OPEN_TO[new])

    def end(self, by: User | None) -> None:
        self.ended_at, self.ended_by = ports.now(), by
        self.save()
