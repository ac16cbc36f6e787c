"""A company's standing rules per field: which way it may be written, and who wins when both sides changed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, cast

from peewee import ForeignKeyField, TextField

from webapp import ports
from webapp.db import UTCField
from webapp.models.base import Row
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.user import User
from webapp.sync.plan import Choice, Direction

DIRECTION, WINNER = "direction", "winner"
CHOICES: Mapping[str, tuple[str, ...]] = {DIRECTION: ("both", "out", "in", "off"), WINNER: ("ask", "ours", "theirs")}
"""Kind -> its values; the first needs no rule, for it is so by itself."""


@dataclass(frozen=True)
class Policy:
    """All rules of a connection as the planner takes them."""

    winners: Mapping[str, Choice] = field(default_factory=dict)
    directions: Mapping[str, Direction] = field(default_factory=dict)

    def is_closed(self, name: str, side: str) -> bool:
        """Nothing is written into this field on that side ("ours" or "theirs")."""
        return self.directions.get(name, "both") not in ("both", "in" if side == "ours" else "out")


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
        return Policy(cast(Mapping[str, Choice], rules[WINNER]), cast(Mapping[str, Direction], rules[DIRECTION]))

    def end(self, by: User | None) -> None:
        self.ended_at, self.ended_by = ports.now(), by
        self.save()
