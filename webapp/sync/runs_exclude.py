"""Switching many off ("Ingen synkronisering"): customers without a partner are left alone, in both directions."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.models.connection import Connection
from webapp.models.exclusion import Exclusion
from webapp.models.run import Run, RunItem
from webapp.sync import pairings
from webapp.sync.pairings import Moved
from webapp.sync.runs_plan import Planned, Selection, customers_of, mirrors_of
from webapp.sync.section import Section


def plan_exclusions(connection: Connection, picked: Selection, choices: Mapping[str, str]) -> list[Planned]:
    """Those that are picked, of both sides; who is off already stays so."""
    if not picked:
        return []
    ours = [c for c in customers_of(connection, picked, Section.NEW.value) if not Exclusion.of(connection, c)]
    theirs = [m for m in mirrors_of(connection, picked, Section.NEW.value) if not Exclusion.of(connection, m)]
    return [Planned(customer=one, number=one.number) for one in ours] + [
        Planned(mirror=one, number=one.number) for one in theirs
    ]


def carry_out(connection: Connection, run: Run, item: RunItem, choices: Mapping[str, str]) -> None:
    """Switch one off. Raises Moved and AlreadyPaired."""
    pairings.exclude(connection, run.ordered_by, customer_id=item.customer_id, mirror_id=item.mirror_id)
    made = Exclusion.in_force(connection, item.customer_id, item.mirror_id)
    if made is None:
        raise Moved("it was switched on again at once")
    item.note = {"exclusion": made.id}
    item.settle()
