"""What the window says of two that are suggested to be the same, and of whom a person has told apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.place import Place
from webapp.models.suggestion import BEST, NotSame, Suggestion
from webapp.sync.fields import NAMES
from webapp.sync.findings import Doubt, Evidence
from webapp.sync.normalise import same
from webapp.sync.section import SUGGESTED, Section, State

if TYPE_CHECKING:
    from webapp.sync.rows import Row


@dataclass(frozen=True)
class Likely:
    """Why two stand opposite each other. `filled`: field -> the side whose value the other, empty one would get."""

    sure: bool
    evidence: tuple[Evidence, ...]
    doubt: Doubt | None
    differing: int
    filled: dict[str, str]

    @property
    def at_once(self) -> bool:
        """Nobody's value would be lost: they can be paired without a question."""
        return self.sure and not self.differing


@dataclass(frozen=True)
class Apart:
    """One that a person called "not the same" as the row's customer."""

    customer_id: int
    mirror_id: int
    other: Customer | Mirror


def told(connection: Connection, rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows with why two new customers stand opposite each other, and whom a person told apart."""
    places = [row.place for row in rows]
    known, apart = suggestions(connection, places), told_apart(connection, places)
    return tuple(_with(row, known, apart) for row in rows)


def _with(row: Row, known: dict[int, Suggestion], apart: dict[tuple[str, int], Apart]) -> Row:
    said = apart.get(("ours", row.place.customer_id or 0)) or apart.get(("theirs", row.place.mirror_id or 0))
    if row.customer is None or row.mirror is None or row.state not in SUGGESTED:
        return replace(row, apart=said)
    why = likely(row.place, row.customer, row.mirror, known.get(row.customer.id))
    return replace(row, likely=why, apart=said)


def likely(place: Place, customer: Customer, mirror: Mirror, told: Suggestion | None) -> Likely:
    """What there is to say of the two on a suggestion's line."""
    ours, theirs = customer.values, mirror.values
    differing = unlike(customer, mirror)
    filled = {name: "theirs" if theirs[name] else "ours" for name in differing if not (ours[name] and theirs[name])}
    evidence, doubt = (told.evidence, told.doubt) if told else ((), None)
    return Likely(place.state == State.SURE, evidence, doubt, len(differing) - len(filled), filled)


def unlike(customer: Customer, mirror: Mirror) -> list[str]:
    """The fields in which the two are not the same."""
    ours, theirs = customer.values, mirror.values
    return [name for name in NAMES if not same(ours[name], theirs[name])]


def suggestions(connection: Connection, places: Sequence[Place]) -> dict[int, Suggestion]:
    """Our customer's id -> the suggestion on its line."""
    ids = [place.customer_id for place in places if place.state in SUGGESTED]
    if not ids:
        return {}
    query = Suggestion.of(connection).where(Suggestion.customer.in_(ids), Suggestion.rank == BEST)
    return {found.customer_id: found for found in query}


def told_apart(connection: Connection, places: Sequence[Place]) -> dict[tuple[str, int], Apart]:
    """(side, id) -> whom a person last told apart from it, for new customers that stand in these lines."""
    new = [place for place in places if place.section == Section.NEW.value]
    if not new:
        return {}
    found: dict[tuple[str, int], Apart] = {}
    for said in _said(connection, new):
        found["ours", said.customer_id] = Apart(said.customer_id, said.mirror_id, said.mirror)
        found["theirs", said.mirror_id] = Apart(said.customer_id, said.mirror_id, said.customer)
    return found


def _said(connection: Connection, new: Iterable[Place]) -> Any:
    """What was said of these, and of others who are there still, the newest last."""
    ours = [place.customer_id for place in new if place.customer_id]
    theirs = [place.mirror_id for place in new if place.mirror_id]
    query = NotSame.select(NotSame, Customer, Mirror).join(Customer).switch(NotSame).join(Mirror)
    living = NotSame.ended_at.is_null() & Customer.deleted_at.is_null() & Mirror.gone_at.is_null()
    mine = NotSame.customer.in_(ours) | NotSame.mirror.in_(theirs)
    return query.where(NotSame.connection == connection, living, mine).order_by(NotSame.id)
