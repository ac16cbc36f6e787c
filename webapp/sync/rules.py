"""Standing rules per field: laid down and taken back by a person; what they decide anew is looked at at once."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from webapp import db
from webapp.models import lane, pairing
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.field_rule import CHOICES, DIRECTION, OF_CUSTOMERS, FieldRule
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.user import User
from webapp.sync import apply, standing
from webapp.sync.fields import BY_NAME, NAMES

PLACED_AT_ONCE = 500


def lay_down(connection: Connection, name: str, kind: str, value: str, by: User | None) -> None:
    """From now on this rule for the field, or for CUSTOMER, in place of the one in force. The kind's first value means:
    no rule.

    Raises ValueError for a field, kind or value that there is not.
    """
    offered = {DIRECTION: OF_CUSTOMERS[name]} if name in OF_CUSTOMERS else CHOICES if name in BY_NAME else {}
    if value not in offered.get(kind, ()):
        raise ValueError(f"{kind} of {name}: {value}")
    if _lay_down(connection, name, kind, value, by):
        _place_anew(connection, name)


@db.retrying
def _lay_down(connection: Connection, name: str, kind: str, value: str, by: User | None) -> bool:
    with db.write():
        connection.take_turns()
        held = FieldRule.of(connection).where(FieldRule.field == name, FieldRule.kind == kind).first()
        if (held.value if held else CHOICES[kind][0]) == value:
            return False
        if held:
            held.end(by)
        if value != CHOICES[kind][0]:
            whose = {"company": connection.company_id, "connection": connection}
            FieldRule.create(**whose, field=name, kind=kind, value=value, created_by=by)
        _wake(connection, name)
        return True


@db.retrying
def _take_back(connection: Connection, rule_id: int, by: User | None) -> FieldRule | None:
    with db.write():
        rule = FieldRule.found(connection, rule_id)
        if rule is None or rule.ended_at is not None:
            return None
        rule.end(by)
        _wake(connection, rule.field)
        return rule


def take_back(connection: Connection, rule_id: int, by: User | None) -> None:
    """End a rule; what it has answered stays answered."""
    rule = _take_back(connection, rule_id, by)
    if rule is not None:
        _place_anew(connection, rule.field)


def _wake(connection: Connection, name: str) -> None:
    """An answer given to what a person saw before does not fit what is asked by now: these pairs have moved. Their
    lanes are taken first, as a look does, so that the two wait for each other and do not get stuck."""
    found = _differing(connection, name)
    Lane.wake_all(connection, lane.PAIR, found, Pairing.id)
    Pairing.update(version=Pairing.version + 1).where(Pairing.id.in_(found)).execute()


def _place_anew(connection: Connection, name: str) -> None:
    """Each pair in a transaction of its own: the window shows at once what the worker is about to do. Of very many only
    the first, for a person waits; the others are placed by their looks."""
    connection.policy_seen = None
    for pair in _differing(connection, name).order_by(Pairing.id).limit(PLACED_AT_ONCE):
        _place_one(pair.id)


@db.retrying
def _place_one(pair_id: int) -> None:
    with db.write():
        pair = apply.lock(pair_id)
        if pair is not None and pair.state == pairing.OPEN:
            standing.put_pair(pair)


def _differing(connection: Connection, name: str) -> Any:
    """Open pairs whose two sides hold different values: only these can a rule decide anew."""
    fields = NAMES if name in OF_CUSTOMERS else (name,)
    differ = reduce(or_, (getattr(Customer, field) != getattr(Mirror, field) for field in fields))
    return (
        Pairing.living(connection)
        .select(Pairing.id)
        .join(Customer)
        .switch(Pairing)
        .join(Mirror)
        .where(Pairing.state == pairing.OPEN, differ)
    )
