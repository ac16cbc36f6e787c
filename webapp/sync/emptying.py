"""The brake on emptied fields: values that vanished on one side for many pairs at once are kept until a person answers.

Whoever plans a pair asks here (`weigh`), so it is the same for webhooks, polls, comparisons and saved forms.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from peewee import chunked, fn

from webapp import db, ports
from webapp.models import history, lane, pairing
from webapp.models.connection import Connection
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.models.user import User
from webapp.sync import standing
from webapp.sync.fields import NAMES
from webapp.sync.plan import FieldPlan, Outcome, Plan, Presence, answered, plan
from webapp.sync.rehearsal import refuse

AT_LEAST, SHARE = 3, 0.02
WINDOW = timedelta(days=1)
AT_ONCE = 1000
Choice = Literal["go", "keep"]
GO: Choice = "go"
KEEP: Choice = "keep"
Found = dict[int, dict[str, str]]
"""Pairing's id -> field -> the side where it became empty."""


class Stale(Exception):
    """What waits is not what the person saw any more: show it anew, nothing was changed."""


@dataclass(frozen=True)
class Emptied:
    """What waits for a person: how many pairs, and per field and side (where it became empty) how many.

    `mark`: another one where it is as many others.
    """

    pairs: int
    fields: tuple[tuple[str, str, int], ...]
    mark: int

    @property
    def seen(self) -> str:
        """The same as a text, for a form to carry."""
        return " ".join([*(f"{name}.{side}.{count}" for name, side, count in self.fields), f"#{self.mark}"])


def limit(size: int) -> float:
    """More than this at once, of so many, stops and asks a person (sync rules §5)."""
    return max(AT_LEAST, SHARE * size)


def weigh(pair: Pairing, planned: Plan, *, asked: bool) -> None:
    """Let the locked pair note which fields wait, go or are kept, by its plan as it would be if nothing waited.

    `asked`: the plan carries out what a person has just decided about this very pair.
    """
    brake, base = dict(pair.brake), dict(pair.base)
    if planned.presence != Presence.BOTH:
        brake = {}
    closed: bool | None = None
    for field in planned.fields:
        what, side = brake.pop(field.name, ""), _side(field)
        if not side:
            continue
        if what == KEEP:
            base |= _kept(pair, field, side)
            continue
        if not what:
            closed = _is_closed(pair) if closed is None and not asked else closed
            what = side if closed else GO
        if what != GO or field.outcome == Outcome.PUSH:
            brake[field.name] = what
    if brake == pair.brake and base == pair.base:
        return
    pair.brake, pair.base = brake, base
    pair.version += 1
    pair.save()


def of(pair: Pairing, theirs: Mapping[str, str]) -> dict[str, str]:
    """Fields that a look at the pair would empty if theirs is so now, and nobody has decided on: field -> side."""
    ours = None if pair.customer.deleted_at else pair.customer.values
    planned = plan(ours, theirs, pair.base, standing.rules_of(pair), party=pair.party)
    return {field.name: _side(field) for field in planned.fields if field.empties and field.name not in pair.brake}


def conclude(connection: Connection, found: Found) -> None:
    """A sweep has read everything: look at the pairs that it put off, and hold them if they are too many."""
    are_too_many = len(found.keys() | _under_way(connection)) > limit(_size(connection))
    for ids in chunked(sorted(found), AT_ONCE):
        Lane.wake_all(connection, lane.PAIR, Pairing.select().where(Pairing.id.in_(ids)), Pairing.id)
    if are_too_many:
        _hold(connection, found)


def waiting(connection: Connection) -> Emptied | None:
    """What the brake holds; None when nothing."""
    pairs, mark, fields = 0, 0, Counter[tuple[str, str]]()
    for pair, count, ids in _braked(connection):
        held = [(name, pair.brake[name]) for name in pair.held]
        pairs, mark = (pairs + count, mark + ids) if held else (pairs, mark)
        fields.update(dict.fromkeys(held, count))
    if not pairs:
        return None
    return Emptied(pairs, tuple((name, side, fields[name, side]) for name, side in sorted(fields)), mark)


@db.retrying
def decide(connection: Connection, choice: Choice, seen: str, by: User | None) -> None:
    """A person's answer for all that waits: empty the other side too, or put the values back. Raises Stale, and
    Rehearsing."""
    with db.write():
        refuse(connection)
        connection.company.take_turns()  # So that of two answers in the same moment the second finds nothing waiting.
        found = waiting(connection)
        if found is None or found.seen != seen:
            raise Stale
        for pair, *_ in _braked(connection):
            decided = pair.brake | dict.fromkeys(pair.held, choice)
            _store(connection, pair.brake_json, decided)
        facts = {"field": "emptied", "before": seen, "after": choice, "by": by, "connection": connection}
        History.note(connection.company_id, history.PAIR, "answer", **facts)


def _side(field: FieldPlan) -> str:
    """The side where the field became empty, if the plan empties the other; else ''."""
    if not field.empties:
        return ""
    return history.OURS if field.outcome == Outcome.PUSH else history.THEIRS


def _kept(pair: Pairing, field: FieldPlan, side: str) -> Mapping[str, tuple[str, str]]:
    """The field's base by which the next plan puts the value back on the side that lost it."""
    keeps = "theirs" if side == history.OURS else "ours"
    value = field.theirs if side == history.OURS else field.ours
    facts = {"customer_id": pair.customer_id, "mirror_id": pair.mirror_id, "pairing_id": pair.id}
    History.note(
        pair.company_id, history.PAIR, "answer", field=field.name, after=value, connection=pair.connection_id, **facts
    )
    return answered({field.name: keeps}, {field.name: field.ours}, {field.name: field.theirs}, {})


def _is_closed(pair: Pairing) -> bool:
    """Nothing is emptied unasked: something waits already, or this pair is one too many."""
    connection = pair.connection
    if waiting(connection) is not None:
        return True
    return len(_under_way(connection) | {pair.id}) > limit(_size(connection))


def _under_way(connection: Connection) -> set[int]:
    """Pairs in which a field was emptied in the last day, or is about to be: not what was refused, nor what a person
    has cleared here by hand."""
    now = ports.now()
    by_hand = History.alias()
    cleared = by_hand.select(by_hand.id).where(
        (by_hand.company == connection.company_id) & (by_hand.customer_id == History.customer_id),
        (by_hand.side == history.OURS) & (by_hand.field == History.field) & (by_hand.cause == "person"),
        (by_hand.after == "") & (by_hand.at > now - WINDOW),
    )
    done = History.select(History.pairing_id).where(
        (History.connection == connection) & (History.at > now - WINDOW) & (History.at <= now),
        (History.after == "") & (History.before != "") & History.cause.in_(("pull", "push")),
        History.field.in_(NAMES) & ~fn.EXISTS(cleared),
    )
    braked = Pairing.living(connection).where(Pairing.brake_json != "")
    going = {pair.id for pair in braked if GO in pair.brake.values() and not pair.fault}
    return going | {line.pairing_id for line in done if line.pairing_id}


def _size(connection: Connection) -> int:
    count: int = Pairing.living(connection).where(Pairing.state == pairing.OPEN).count()
    return count


def _hold(connection: Connection, found: Found) -> None:
    alike: dict[str, list[int]] = defaultdict(list)
    for pairing_id, fields in found.items():
        alike[Pairing(brake=fields).brake_json].append(pairing_id)
    for brake, ids in alike.items():
        for some in chunked(ids, AT_ONCE):
            Pairing.update(brake_json=brake, version=Pairing.version + 1).where(
                Pairing.connection == connection, Pairing.id.in_(some), Pairing.brake_json == "",
                Pairing.state == pairing.OPEN,
            ).execute()  # fmt: skip


def _braked(connection: Connection) -> list[tuple[Pairing, int, int]]:
    """Each different brake, on a pairing that stands for all with it, how many they are, and the sum of their ids."""
    query = Pairing.living(connection).where(Pairing.brake_json != "", Pairing.state == pairing.OPEN)
    grouped: Any = query.select(Pairing.brake_json, fn.COUNT(Pairing.id), fn.SUM(Pairing.id)).group_by(
        Pairing.brake_json
    )
    return [
        (Pairing(brake_json=brake), count, int(ids))
        for brake, count, ids in grouped.order_by(Pairing.brake_json).tuples()
    ]


def _store(connection: Connection, before: str, after: dict[str, str]) -> None:
    """Their lanes are taken first, as a look does, so that the two wait for each other and do not get stuck."""
    pairs = Pairing.living(connection).where(Pairing.brake_json == before, Pairing.state == pairing.OPEN)
    Lane.wake_all(connection, lane.PAIR, pairs, Pairing.id)
    Pairing.update(brake_json=Pairing(brake=after).brake_json, version=Pairing.version + 1).where(
        Pairing.connection == connection, Pairing.brake_json == before, Pairing.state == pairing.OPEN
    ).execute()
