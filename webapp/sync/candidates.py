"""Who could be a customer's partner: everybody without one on the other side, best first, with the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp.models import search
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.place import Place
from webapp.models.suggestion import Suggestion
from webapp.models.tally import Tally
from webapp.sync import matching
from webapp.sync.matching import Evidence
from webapp.sync.section import Section

MOST = 20
MOST_FOUND = 50
FEW = 2000
"""So many are looked at one by one."""
OF_A_TRAIT = 100
UNPAIRED = (Section.NEW.value, Section.OFF.value)


@dataclass(frozen=True)
class Candidate:
    """One customer of the other side, with what speaks for and against."""

    party: Customer | Mirror
    is_likely: bool
    evidence: tuple[Evidence, ...]


def best(connection: Connection, party: Customer | Mirror) -> list[Candidate]:
    """The best of all who are without a partner on the other side; of very many, of those that share a trait."""
    pool: list[Any]
    side = 2 if isinstance(party, Customer) else 1
    if sum(Tally.of(connection)[section][side] for section in UNPAIRED) > FEW:
        other = Mirror if side == 2 else Customer
        pool = list(other.select().where(other.id.in_(_sharing(connection, party))).order_by(other.name))
    else:
        pool = list(_unpaired(connection, party))
    found = matching.candidates(_told(party), [(place, _told(other)) for place, other in enumerate(pool)], MOST)
    return [Candidate(pool[hit.key], hit.is_likely, hit.evidence) for hit in found]


def _sharing(connection: Connection, party: Customer | Mirror) -> set[int]:
    """Ids of the other side's customers without a partner that share a trait with the party, or its suggestions."""
    ours = isinstance(party, Customer)
    column = Place.mirror if ours else Place.customer
    around = Suggestion.around(connection, [party.id] if ours else [], [] if ours else [party.id])
    found = {one.mirror_id if ours else one.customer_id for one in around}
    for trait in dict.fromkeys(matching.traits(_told(party))):
        by_index = search.held(Place, trait) is not None
        lines = Place.searched(connection, trait, by_index=by_index).select(column)
        alone = lines.where(Place.section.in_(UNPAIRED), column.is_null(False))
        found |= {row[0] for row in alone.limit(OF_A_TRAIT).tuples()}
    return found


def searched(connection: Connection, party: Customer | Mirror, text: str) -> list[Candidate]:
    """Those without a partner on the other side who hold every word of the text, best first."""
    found = [_judged(party, other) for other in _unpaired(connection, party, text).limit(MOST_FOUND)]
    return [candidate for _, candidate in sorted(found, key=lambda scored: -scored[0])]


def judged(party: Customer | Mirror, other: Customer | Mirror) -> Candidate:
    """What speaks for and against these two."""
    return _judged(party, other)[1]


def _judged(party: Customer | Mirror, other: Customer | Mirror) -> tuple[float, Candidate]:
    score = matching.score(_told(party), _told(other))
    return score, Candidate(other, score >= matching.LIKELY, matching.evidence(_told(party), _told(other)))


def _told(party: Customer | Mirror) -> dict[str, str]:
    """What a party is compared by: its values and its number."""
    return {**party.values, "number": str(party.number)}


def _unpaired(connection: Connection, party: Customer | Mirror, text: str = "") -> Any:
    """A query over the other side's customers without a partner, in name order."""
    if isinstance(party, Customer):
        query = Mirror.searched(connection, text).join(Place, on=(Place.mirror == Mirror.id)).order_by(Mirror.name)
    else:
        found = Customer.searched(connection.company, text)
        query = found.join(Place, on=(Place.customer == Customer.id)).order_by(Customer.name)
    return query.where(Place.connection == connection, Place.section.in_(UNPAIRED))
