"""What the synchronisation would do with each pair as our own tables stand: the dry run of page and command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from webapp.models import pairing as pairings
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.sync import standing
from webapp.sync.fields import NAMES, Values
from webapp.sync.narrowing import FILTERS
from webapp.sync.plan import Outcome, Plan, plan
from webapp.sync.preview import Names, shown
from webapp.sync.section import SUGGESTED, State

STILL = (State.EQUAL, State.AGREED, State.NEW, *SUGGESTED, State.OFF)
MOVING = tuple(state.value for state in State if state not in STILL)
TO_ANSWER = tuple(state.value for state in FILTERS["answer"])


@dataclass(frozen=True)
class Move:
    """One field that would be written: on which side, and what stands there before and after."""

    field: str
    side: str
    before: str
    after: str


@dataclass(frozen=True)
class Prospect:
    """A pair for which something is to be done; without a plan its partner is to be made."""

    pairing: Pairing
    state: State
    plan: Plan | None

    @property
    def is_creation(self) -> bool:
        return self.state == State.CREATING

    @property
    def is_deletion(self) -> bool:
        return self.state == State.DELETING

    @property
    def asks(self) -> bool:
        """A person is asked first, about this pair or a field of it."""
        return self.state.value in TO_ANSWER


@dataclass(frozen=True)
class Totals:
    """How many customers would be made there, changed on either side and deleted, and how many wait for a person."""

    created: int = 0
    here: int = 0
    there: int = 0
    deleted: int = 0
    questions: int = 0

    @classmethod
    def of(cls, connection: Connection) -> Totals:
        counts: Counter[str] = Counter()
        for state, planned in _plans(connection):
            told = {
                "created": state == State.CREATING,
                "deleted": state == State.DELETING,
                "questions": state in TO_ANSWER,
            }
            if planned is not None and state != State.DELETING:
                told |= {"here": bool(planned.pulls), "there": bool(planned.pushes)}
            counts.update(name for name, is_so in told.items() if is_so)
        return cls(**counts)

    @property
    def mark(self) -> str:
        """The same as a text, for a form to carry."""
        return f"{self.created}.{self.here}.{self.there}.{self.deleted}.{self.questions}"


def count(connection: Connection) -> int:
    """How many pairs are not as they should be."""
    return int(_places(connection).count())


def of(connection: Connection, *, after: int = 0, most: int | None = None) -> Iterator[Prospect]:
    """Every pair that is not as it should be, in the window's order, or so many after the first of them."""
    found = _moving(connection, Place, Customer, Mirror, Pairing).order_by(Place.name, Place.id)
    if most is not None:  # Only these are read whole.
        shown = _places(connection).select(Place.id).order_by(Place.name, Place.id).offset(after).limit(most)
        found = found.where(Place.id.in_([row[0] for row in shown.tuples()]))
    for place in found:
        pair: Any = place.pairing
        pair.customer, pair.mirror, pair.connection = place.customer, place.mirror, connection
        is_creation = pair.state == pairings.CREATING
        yield Prospect(pair, State(place.state), None if is_creation else standing.plan_of(pair))


def _places(connection: Connection) -> Any:
    return Place.select().where(Place.connection == connection, Place.state.in_(MOVING))


def _moving(connection: Connection, *columns: Any) -> Any:
    query = _places(connection).select(*columns).join(Customer).switch(Place)
    return query.join(Mirror, JOIN.LEFT_OUTER).switch(Place).join(Pairing)


def _plans(connection: Connection) -> Iterator[tuple[str, Plan | None]]:
    """The state and the plan of each, without making a row of anything: there may be very many."""
    kept = Pairing.base_json, Pairing.party_json, Pairing.guard_json, Pairing.brake_json
    sides = [[table.id, gone, *(getattr(table, name) for name in NAMES)]
             for table, gone in ((Customer, Customer.deleted_at), (Mirror, Mirror.gone_at))]  # fmt: skip
    query = _moving(connection, Place.state, Pairing.state, *kept, *sides[0], *sides[1])
    for state, pair_state, base, party, guard, brake, *values in query.tuples().iterator():
        if pair_state == pairings.CREATING:
            yield state, None
            continue
        pair = Pairing(connection=connection, base_json=base, party_json=party, guard_json=guard, brake_json=brake)
        ours, theirs = (_living(values[start : start + len(NAMES) + 2]) for start in (0, len(NAMES) + 2))
        yield state, plan(ours, theirs, pair.base, standing.rules_of(pair), party=pair.party)


def _living(side: Sequence[Any]) -> Values | None:
    """The values of a customer that stands there still."""
    key, gone, *values = side
    return dict(zip(NAMES, values, strict=True)) if key and not gone else None


def moves(planned: Plan, names: Names) -> tuple[Move, ...]:
    """What the plan writes, there first, with values as a person knows them."""
    there = [Move(f.name, "theirs", shown(names, f.name, f.theirs), shown(names, f.name, f.ours))
             for f in planned.of(Outcome.PUSH)]  # fmt: skip
    here = [Move(f.name, "ours", shown(names, f.name, f.ours), shown(names, f.name, f.theirs))
            for f in planned.of(Outcome.PULL)]  # fmt: skip
    return (*there, *here)
