"""Laying down, ordering and taking back the rules for new customers there: each one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from webapp import db
from webapp.models.connection import DEFAULTS, Connection
from webapp.models.default_rule import DefaultRule
from webapp.models.user import User


@db.retrying
def lay_down(connection: Connection, condition: Mapping[str, str], sets: Mapping[str, str], by: User) -> DefaultRule:
    """A new rule, asked after all others; one that says just the same is not made twice. `condition`: country, ean,
    party; `sets`: field -> key."""
    with db.write():
        connection.take_turns()
        facts = {name: sets.get(name, "") for name in DEFAULTS} | dict(condition)
        for rule in DefaultRule.of(connection):
            if all(getattr(rule, name) == value for name, value in facts.items()):
                return rule  # type: ignore[no-any-return]
        made: DefaultRule = DefaultRule.create(
            company=connection.company_id,
            connection=connection,
            position=DefaultRule.next_position(connection),
            created_by=by,
            **facts,
        )
        return made


@db.retrying
def move_up(connection: Connection, rule_id: int) -> None:
    """Ask this rule before the one that stands before it; the first stays where it is."""
    with db.write():
        connection.take_turns()
        rows = list(DefaultRule.of(connection))
        at = next((place for place, row in enumerate(rows) if row.id == rule_id), 0)
        if not at:
            return
        before, rule = rows[at - 1], rows[at]
        upper, lower = before.position, rule.position
        # Two rules in force never share a place, so one of them stands aside for a moment.
        _put(before, -lower)
        _put(rule, upper)
        _put(before, lower)


def _put(rule: DefaultRule, position: int) -> None:
    rule.position = position
    rule.save()


@db.retrying
def take_back(connection: Connection, rule_id: int, by: User) -> None:
    """From now on nobody is created by it; customers that were stay as they are."""
    with db.write():
        rule = DefaultRule.found(connection, rule_id)
        if rule is not None:
            rule.end(by)
