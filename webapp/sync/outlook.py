"""What the synchronisation would do with each pair as our own tables stand: the dry run of page and command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from webapp.sync.narrowing import FILTERS
from webapp.sync.plan import Outcome, Plan
from webapp.sync.preview import Names, shown
from webapp.sync.section import State

STILL = (State.EQUAL.value, State.AGREED.value)
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
    def of(cls, prospects: Iterable[Prospect]) -> Totals:
        found = list(prospects)
        plans = [one.plan for one in found if one.plan is not None and not one.is_deletion]
        return cls(
            created=sum(one.is_creation for one in found),
            here=sum(bool(plan.pulls) for plan in plans),
            there=sum(bool(plan.pushes) for plan in plans),
            deleted=sum(one.is_deletion for one in found),
            questions=sum(one.asks for one in found),
        )

    @property
    def mark(self) -> str:
        """The same as a text, for a form to carry."""
        return f"{self.created}.{self.here}.{self.there}.{self.deleted}.{self.questions}"


def of(connection: Connection) -> Iterator[Prospect]:
    """Every pair that is not as it should be, in the window's order."""
    query = Place.select(Place, Customer, Mirror, Pairing).join(Customer).switch(Place)
    query = query.join(Mirror, JOIN.LEFT_OUTER).switch(Place).join(Pairing)
    moving = query.where(Place.connection == connection, Place.state.not_in(STILL))
    for place in moving.order_by(Place.name, Place.id):
        pair: Any = place.pairing
        pair.customer, pair.mirror, pair.connection = place.customer, place.mirror, connection
        is_creation = pair.state == pairings.CREATING
        yield Prospect(pair, State(place.state), None if is_creation else standing.plan_of(pair))


def moves(plan: Plan, names: Names) -> tuple[Move, ...]:
    """What the plan writes, there first, with values as a person knows them."""
    there = [Move(f.name, "theirs", shown(names, f.name, f.theirs), shown(names, f.name, f.ours))
             for f in plan.of(Outcome.PUSH)]  # fmt: skip
    here = [Move(f.name, "ours", shown(names, f.name, f.ours), shown(names, f.name, f.theirs))
            for f in plan.of(Outcome.PULL)]  # fmt: skip
    return (*there, *here)
